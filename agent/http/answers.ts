import type { Text } from '../../drivers/base/language.ts';
import type { FailureClass } from '../events/attempt.ts';

/** What a status means for the delivery (webhooks.md 1, failure classes); a code that no rule names is B. */
export function classOfStatus(status: number): FailureClass | 'ok' {
  if (status >= 200 && status < 300) {
    return 'ok';
  }
  if (status >= 300 && status < 400) {
    return 'C';
  }
  switch (status) {
    case 401:
    case 403:
    case 404:
    case 405:
    case 407:
      return 'C';
    case 400:
    case 409:
    case 413:
    case 415:
    case 422:
      return 'D';
    case 410:
      return 'E';
    default:
      return 'B';
  }
}

const CAUSES: Readonly<Record<number, Text>> = {
  400: {
    en: 'the receiver says that it does not understand this event',
    'pt-BR': 'o destino diz que não entende este evento',
  },
  401: {
    en: 'the receiver does not accept the signature or the credentials: compare the secret on both sides',
    'pt-BR': 'o destino não aceita a assinatura ou as credenciais: compare o segredo dos dois lados',
  },
  403: {
    en: 'the receiver forbids it: check its permissions and whether a firewall of its host refuses this address',
    'pt-BR': 'o destino não permite: verifique as permissões e se um firewall dele recusa este endereço',
  },
  404: {
    en: 'there is nothing at this address: check the path in the URL',
    'pt-BR': 'não há nada neste endereço: verifique o caminho na URL',
  },
  405: {
    en: 'the address does not take POST: check the path in the URL',
    'pt-BR': 'o endereço não aceita POST: verifique o caminho na URL',
  },
  407: {
    en: 'a proxy on the way wants credentials',
    'pt-BR': 'um proxy no caminho exige credenciais',
  },
  409: {
    en: 'the receiver says that this event conflicts with what it has',
    'pt-BR': 'o destino diz que este evento conflita com o que ele já tem',
  },
  410: {
    en: 'the receiver says that this address is gone for good: sending has stopped until an operator resumes it',
    'pt-BR': 'o destino diz que este endereço não existe mais: o envio parou até um operador retomar',
  },
  413: {
    en: 'the receiver says that this event is too large',
    'pt-BR': 'o destino diz que este evento é grande demais',
  },
  415: {
    en: 'the receiver does not accept the content type application/json',
    'pt-BR': 'o destino não aceita o tipo de conteúdo application/json',
  },
  422: {
    en: 'the receiver refuses the content of this event',
    'pt-BR': 'o destino recusa o conteúdo deste evento',
  },
  429: {
    en: 'the receiver asks for fewer requests',
    'pt-BR': 'o destino pede menos requisições',
  },
  503: {
    en: 'the receiver is temporarily unavailable',
    'pt-BR': 'o destino está temporariamente indisponível',
  },
};

/** The answer in plain words. */
export function causeOfStatus(status: number, location: string | undefined): Text {
  if (status >= 200 && status < 300) {
    return { en: 'delivered', 'pt-BR': 'entregue' };
  }
  const cause = CAUSES[status];
  if (cause !== undefined) {
    return cause;
  }
  if (status < 400) {
    return {
      en: `the address has moved and Giro does not follow redirects: put ${location ?? 'the final address'} in the URL`,
      'pt-BR': `o endereço mudou e o Giro não segue redirecionamentos: coloque ${location ?? 'o endereço final'} na URL`,
    };
  }
  return {
    en: `the receiver failed with HTTP ${status}`,
    'pt-BR': `o destino falhou com HTTP ${status}`,
  };
}
