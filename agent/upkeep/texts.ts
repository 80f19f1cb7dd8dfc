import type { JournalSettings } from '../../config/sections/journal.ts';
import { ERRORS } from '../../drivers/base/errors.ts';
import { text, type Words, words } from './alarms/texts.ts';

export function nearLimit(limitMb: number, atLimit: JournalSettings['atLimit']): Words {
  const then = AT_LIMIT[atLimit];
  return words(
    text(
      `the journal is near its limit of ${limitMb} MB, and what fills it is not delivered yet: ${then.en}`,
      `o diário está perto do limite de ${limitMb} MB, e o que o ocupa ainda não foi entregue: ${then['pt-BR']}`,
    ),
    text(
      'see in giro status which webhook does not take its events; or raise journal.limitMb if the disk has room',
      'veja em giro status qual webhook não recebe os eventos; ou aumente journal.limitMb se houver espaço no disco',
    ),
  );
}

const AT_LIMIT = {
  grow: text('it grows on', 'ele continua crescendo'),
  block: text('at the limit no access is taken', 'no limite nenhum acesso é aceito'),
  dropOldest: text(
    'at the limit the oldest events are removed',
    'no limite os eventos mais antigos são removidos',
  ),
} as const;

export function blocked(limitMb: number): Words {
  return words(
    text(
      `the journal has reached ${limitMb} MB: new accesses are not taken and wait in the turnstiles`,
      `o diário chegou a ${limitMb} MB: os novos acessos não são aceitos e esperam nas catracas`,
    ),
    text(
      'make the webhooks take their events, or discard what nobody wants (giro discard), or raise journal.limitMb',
      'faça os webhooks receberem os eventos, descarte o que ninguém quer (giro discard) ou aumente journal.limitMb',
    ),
  );
}

export function dropped(count: number): Words {
  return words(
    text(
      `the journal was at its limit: ${count} events were removed before they were delivered`,
      `o diário estava no limite: ${count} eventos foram removidos antes da entrega`,
    ),
    text(
      'the log names turnstiles and times; webhooks that name giro.lacuna were told; raise journal.limitMb if the disk has room',
      'o log indica catracas e horários; os webhooks que pedem giro.lacuna foram avisados; aumente journal.limitMb se houver espaço no disco',
    ),
  );
}

/** Parked events of a webhook that nobody saw to in time. */
export function parkedRemoved(webhook: string, count: number): Words {
  return words(
    text(
      `webhook ${webhook}: ${count} parked events were removed, as nobody saw to them in time`,
      `webhook ${webhook}: ${count} eventos separados foram removidos, pois ninguém cuidou deles a tempo`,
    ),
    text(
      'see to parked events sooner (giro parked), or keep them longer: journal.keep.parked',
      'cuide antes dos eventos separados (giro parked) ou guarde-os por mais tempo: journal.keep.parked',
    ),
  );
}

export function backupFailed(): Words {
  return words(
    text('the nightly backup could not be made', 'não foi possível fazer o backup noturno'),
    ERRORS.BACKUP_FAILED.remedy,
  );
}

/** `days` that are left; 0 on the last one and after it. */
export function certificateEnds(webhook: string, whose: 'receiver' | 'client', days: number): Words {
  const [en, pt] =
    whose === 'receiver'
      ? [`the certificate of webhook ${webhook}`, `o certificado do webhook ${webhook}`]
      : [
          `the client certificate for webhook ${webhook}`,
          `o certificado de cliente para o webhook ${webhook}`,
        ];
  const [inEn, inPt] =
    days === 0 ? ['in less than a day', 'em menos de um dia'] : [`in ${days} days`, `em ${days} dias`];
  return words(
    text(`${en} expires ${inEn}`, `${pt} vence ${inPt}`),
    whose === 'receiver'
      ? text(
          'tell whoever runs the receiver: once it has expired nothing is delivered',
          'avise quem cuida do destino: depois de vencido nada é entregue',
        )
      : text(
          'put a new certificate and key in the files that tls: names: once it has expired nothing is delivered',
          'coloque um novo certificado e a chave nos arquivos indicados em tls: depois de vencido nada é entregue',
        ),
  );
}

export function oldZoneData(version: string): Words {
  return words(
    text(
      `the time zone data of this Giro are old (${version})`,
      `os dados de fuso horário deste Giro são antigos (${version})`,
    ),
    text(
      'install a newer Giro: local times are wrong where summer time was changed since then',
      'instale um Giro mais novo: a hora local fica errada onde o horário de verão mudou desde então',
    ),
  );
}
