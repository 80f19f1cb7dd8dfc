import { ERRORS } from '../../../drivers/base/errors.ts';
import type { Text } from '../../../drivers/base/language.ts';
import type { LastAnswer } from '../../events/attempt.ts';
import { causeOfStatus } from '../../http/answers.ts';
import { FAULTS } from '../../http/faults.ts';
import type { SalvageReport } from '../../journal/salvage.ts';

/** What an alarm says: what is wrong, and what to do about it. */
export interface Words {
  readonly what: Text;
  readonly remedy: Text;
}

export function words(what: Text, remedy: Text): Words {
  return { what, remedy };
}

export function text(en: string, ptBr: string): Text {
  return { en, 'pt-BR': ptBr };
}

/** Why the last attempt failed; nothing after a success. */
function causeOf(last: LastAnswer | undefined): Text | undefined {
  if (last === undefined || last.outcome === 'ok') return undefined;
  if (last.status !== undefined) return causeOfStatus(last.status, undefined);
  return Object.entries(FAULTS).find(([name]) => name === last.outcome)?.[1].cause;
}

/** `what`, and why if that is known. */
function because(what: Text, cause: Text | undefined): Text {
  return cause === undefined ? what : text(`${what.en}: ${cause.en}`, `${what['pt-BR']}: ${cause['pt-BR']}`);
}

export function webhookFailing(webhook: string, last: LastAnswer | undefined): Words {
  return words(
    because(
      text(`webhook ${webhook} does not take its events`, `o webhook ${webhook} não recebe os eventos`),
      causeOf(last),
    ),
    text(
      'nothing is lost: the events wait in order and go as soon as it answers; see to the cause or call whoever runs the receiver',
      'nada se perde: os eventos esperam em ordem e saem assim que ele responder; trate a causa ou chame quem cuida do destino',
    ),
  );
}

export function webhookLongOutage(webhook: string, last: LastAnswer | undefined): Words {
  return words(
    because(
      text(
        `webhook ${webhook} has taken nothing for more than 24 hours`,
        `o webhook ${webhook} não recebe nada há mais de 24 horas`,
      ),
      causeOf(last),
    ),
    text(
      'the events still wait and nothing is lost; call whoever runs the receiver',
      'os eventos continuam esperando e nada se perde; chame quem cuida do destino',
    ),
  );
}

export function webhookGone(webhook: string): Words {
  return words(
    text(
      `webhook ${webhook} answered that its address is gone (410): nothing more is sent to it`,
      `o webhook ${webhook} respondeu que seu endereço não existe mais (410): nada mais é enviado a ele`,
    ),
    text(
      `the events wait; ask the receiver for its new URL, then: giro resume ${webhook}`,
      `os eventos esperam; peça ao destino a nova URL e depois: giro resume ${webhook}`,
    ),
  );
}

export function webhookParked(webhook: string, count: number): Words {
  return words(
    text(
      `webhook ${webhook} refused ${count} ${count === 1 ? 'event' : 'events'}, set aside while the others go on`,
      `o webhook ${webhook} recusou ${count} ${count === 1 ? 'evento, separado' : 'eventos, separados'}; os demais seguem`,
    ),
    text(
      'giro parked shows why; once the receiver is corrected: giro resend, or giro discard to give them up',
      'giro parked mostra o motivo; com o destino corrigido: giro resend, ou giro discard para desistir deles',
    ),
  );
}

export function webhookClock(webhook: string, skewMs: number): Words {
  const off = minutes(skewMs);
  return words(
    text(
      `the clocks of this machine and of webhook ${webhook} differ by ${off} min`,
      `os relógios desta máquina e do webhook ${webhook} diferem em ${off} min`,
    ),
    text(
      'set this machine to take its time from the internet: from 5 min on receivers refuse every event',
      'ajuste esta máquina para acertar a hora pela internet: a partir de 5 min os destinos recusam todo evento',
    ),
  );
}

/** `problem`: code of the error that keeps it away. */
export function turnstileOffline(turnstile: string, problem: string | undefined): Words {
  const kind = Object.entries(ERRORS).find(([code]) => code === problem)?.[1];
  return words(
    because(
      text(`turnstile ${turnstile} is not connected`, `a catraca ${turnstile} não está conectada`),
      kind?.summary,
    ),
    kind?.remedy ?? ERRORS.LINK_FAILED.remedy,
  );
}

export function turnstileClock(turnstile: string, skewMs: number): Words {
  const off = minutes(skewMs);
  return words(
    text(
      `the clock of turnstile ${turnstile} is wrong by ${off} min`,
      `o relógio da catraca ${turnstile} está errado em ${off} min`,
    ),
    text(
      'set the date and time of the device; until then accesses carry the time of this machine, and what it remembers of a break its wrong one',
      'acerte a data e a hora do equipamento; até lá os acessos levam a hora desta máquina, e os lidos da memória, a hora errada',
    ),
  );
}

/** `said`: the device's own alarm, from its driver. */
export function deviceAlarm(turnstile: string, said: Text): Words {
  return words(
    text(`turnstile ${turnstile}: ${said.en}`, `catraca ${turnstile}: ${said['pt-BR']}`),
    text('go and look at the turnstile', 'vá até a catraca e verifique'),
  );
}

export function diskSpace(freeBytes: number): Words {
  const free = Math.floor(freeBytes / 10_000_000) * 10; // said anew only when it matters
  return words(
    text(
      `the disk of the data folder is nearly full: ${free} MB free`,
      `o disco da pasta de dados está quase cheio: ${free} MB livres`,
    ),
    text(
      'make room on the disk: once it is full, new accesses wait in memory only',
      'libere espaço no disco: quando encher, os novos acessos esperam apenas na memória',
    ),
  );
}

export function journalRefused(): Words {
  return words(
    text(
      'the journal cannot be written: new accesses wait in memory, and are lost if the machine stops',
      'não foi possível gravar o diário: os novos acessos esperam na memória e se perdem se a máquina parar',
    ),
    ERRORS.JOURNAL_FAILED.remedy,
  );
}

export function journalDamaged(): Words {
  return words(
    text('the journal is damaged', 'o diário está danificado'),
    text(
      'restart Giro at a quiet hour: the start saves what can be read; then have the disk of this machine checked',
      'reinicie o Giro numa hora tranquila: ao iniciar ele salva o que puder ser lido; depois mande verificar o disco desta máquina',
    ),
  );
}

/** `setAside`: name of the old file in the data folder. */
export function journalSalvaged({ setAside, isNewer }: Pick<SalvageReport, 'setAside' | 'isNewer'>): Words {
  if (isNewer) return newerJournalSalvaged(setAside);
  return words(
    text(
      'the journal was damaged; what could be read was saved',
      'o diário estava danificado; o que podia ser lido foi salvo',
    ),
    text(
      `have the disk of this machine checked, and keep the damaged file for support: ${setAside}`,
      `mande verificar o disco desta máquina e guarde o arquivo danificado para o suporte: ${setAside}`,
    ),
  );
}

function newerJournalSalvaged(setAside: string): Words {
  return words(
    text(
      'a newer version of Giro had written the journal; what this version can read was taken over',
      'o diário havia sido gravado por uma versão mais nova do Giro; foi aproveitado o que esta versão consegue ler',
    ),
    text(
      `install the newer version again: it goes on from here. The journal as it was is kept: ${setAside}`,
      `instale de novo a versão mais nova: ela continua a partir daqui. O diário como estava foi guardado: ${setAside}`,
    ),
  );
}

/** The identity of the installation was lost with its copy, so it has another one. */
export function identityLost(): Words {
  return words(
    text(
      'the identity file of this installation was lost; a new one was made: card references change, and what a turnstile repeats counts as new',
      'o arquivo de identidade desta instalação se perdeu; foi criado outro: as referências dos cartões mudam e o que uma catraca repetir conta como novo',
    ),
    text(
      'stop Giro, put identity.json back from a backup and start it again; with none, tell the integrator, and have the disk of this machine checked',
      'pare o Giro, recoloque o identity.json de um backup e inicie de novo; se não houver, avise o integrador e mande verificar o disco desta máquina',
    ),
  );
}

/** The identity of the installation came back from its copy. */
export function identityRestored(): Words {
  return words(
    text(
      'the identity file of this installation was lost or damaged; it was restored from its copy, nothing changes',
      'o arquivo de identidade desta instalação se perdeu ou foi danificado; foi restaurado da cópia, nada muda',
    ),
    text(
      'have the disk of this machine checked, and make a backup',
      'mande verificar o disco desta máquina e faça um backup',
    ),
  );
}

function minutes(spanMs: number): number {
  return Math.round(Math.abs(spanMs) / 60_000);
}
