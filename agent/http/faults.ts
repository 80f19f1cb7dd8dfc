import type { Text } from '../../drivers/base/language.ts';
import type { FailureClass } from '../events/attempt.ts';
import { type Fault, OWN_FAULTS } from './outcome.ts';

interface FaultKind {
  readonly class: FailureClass;
  /** The codes of Node, OpenSSL and undici that mean it. */
  readonly codes: readonly string[];
  readonly cause: Text;
}

/** Every fault by its stable name. What no table row names is `unknown_fault`. */
export const FAULTS = {
  dns: {
    class: 'A',
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL'],
    cause: {
      en: 'the name of the receiver cannot be resolved: no internet, or the name in the URL is wrong',
      'pt-BR': 'não foi possível resolver o nome do destino: sem internet, ou o nome na URL está errado',
    },
  },
  refused: {
    class: 'A',
    codes: ['ECONNREFUSED'],
    cause: {
      en: 'the receiver refuses the connection: it is down, or the port in the URL is wrong',
      'pt-BR': 'o destino recusa a conexão: está fora do ar, ou a porta na URL está errada',
    },
  },
  unreachable: {
    class: 'A',
    codes: [
      'ENETUNREACH',
      'EHOSTUNREACH',
      'ENETDOWN',
      'EHOSTDOWN',
      'EADDRNOTAVAIL',
      'EACCES',
      'EPERM',
      'EINVAL',
    ],
    cause: {
      en: 'no route to the receiver: the network is down, or a firewall of this machine is in the way',
      'pt-BR': 'sem rota até o destino: a rede caiu, ou um firewall desta máquina bloqueia',
    },
  },
  connect_timeout: {
    class: 'A',
    codes: ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'],
    cause: {
      en: 'the receiver does not answer the connection: no internet, or a firewall drops it',
      'pt-BR': 'o destino não responde à conexão: sem internet, ou um firewall a descarta',
    },
  },
  reset_before_answer: {
    class: 'A',
    codes: ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET'],
    cause: {
      en: 'the connection was closed before any answer; a receiver that wants another client certificate does that too',
      'pt-BR':
        'a conexão foi fechada antes de qualquer resposta; um destino que exige outro certificado de cliente também faz isso',
    },
  },
  not_tls: {
    class: 'A',
    codes: ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST'],
    cause: {
      en: 'the URL says https, and what answers there does not speak TLS',
      'pt-BR': 'a URL diz https, e o que responde ali não fala TLS',
    },
  },
  tls_refused: {
    class: 'A',
    codes: ['EPROTO'], // and every other ERR_SSL_*
    cause: {
      en: 'the TLS handshake failed: the receiver and Giro found no common version or cipher, or it wants a client certificate',
      'pt-BR':
        'a negociação TLS falhou: não há versão ou cifra em comum, ou o destino exige um certificado de cliente',
    },
  },
  proxy_unreachable: {
    class: 'A',
    codes: [OWN_FAULTS.proxyUnreachable],
    cause: {
      en: 'no connection to the proxy: it is down, or its address is wrong',
      'pt-BR': 'sem conexão com o proxy: está fora do ar, ou o endereço dele está errado',
    },
  },
  proxy_refused: {
    class: 'A',
    codes: [OWN_FAULTS.proxyRefused],
    cause: {
      en: 'the proxy does not let this connection through, or cannot reach the receiver either',
      'pt-BR': 'o proxy não deixa esta conexão passar, ou também não alcança o destino',
    },
  },
  proxy_credentials: {
    class: 'A',
    codes: [OWN_FAULTS.proxyCredentials],
    cause: {
      en: 'the proxy wants a user and password: put them in the URL of proxy',
      'pt-BR': 'o proxy exige usuário e senha: coloque-os na URL de proxy',
    },
  },
  local_resources: {
    class: 'A',
    codes: ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
    cause: {
      en: 'this machine is out of memory or open files',
      'pt-BR': 'esta máquina está sem memória ou sem arquivos abertos disponíveis',
    },
  },
  reset_in_answer: {
    class: 'B',
    codes: [], // the codes of reset_before_answer, once a byte came
    cause: {
      en: 'the connection was closed in the middle of the answer, or the answer was only an interim 1xx',
      'pt-BR': 'a conexão foi fechada no meio da resposta, ou a resposta foi apenas um 1xx provisório',
    },
  },
  headers_timeout: {
    class: 'B',
    codes: [OWN_FAULTS.headersTimeout],
    cause: {
      en: 'the receiver took the event and did not answer in time; it should answer first and work afterwards',
      'pt-BR':
        'o destino recebeu o evento e não respondeu a tempo; deve responder primeiro e processar depois',
    },
  },
  attempt_timeout: {
    class: 'B',
    codes: [OWN_FAULTS.attemptTimeout],
    cause: {
      en: 'the request took longer than an attempt may take',
      'pt-BR': 'a requisição demorou mais do que uma tentativa pode durar',
    },
  },
  not_http: {
    class: 'B',
    codes: ['HTTPParserError', 'UND_ERR_HEADERS_OVERFLOW'],
    cause: {
      en: 'what answers there does not speak HTTP/1.1 properly; is it an https port behind an http URL?',
      'pt-BR': 'o que responde ali não fala HTTP/1.1 direito; seria uma porta https com URL http?',
    },
  },
  unknown_fault: {
    class: 'B',
    codes: [],
    cause: { en: 'the request failed', 'pt-BR': 'a requisição falhou' },
  },
  tls_name: {
    class: 'C',
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS_CERT_ALTNAME_FORMAT', 'HOSTNAME_MISMATCH'],
    cause: {
      en: "the receiver's certificate is for another name than the URL's",
      'pt-BR': 'o certificado do destino é de outro nome, não o da URL',
    },
  },
  tls_pin: {
    class: 'C',
    codes: [OWN_FAULTS.wrongPin],
    cause: {
      en: "the receiver's certificate has another key than the pinned one: it was changed, or somebody stands in between",
      'pt-BR':
        'a chave do certificado do destino não é a fixada em tls.pin: ela foi trocada, ou há alguém no meio do caminho',
    },
  },
  tls_expired: {
    class: 'C',
    codes: ['CERT_HAS_EXPIRED', 'CRL_HAS_EXPIRED'],
    cause: {
      en: "the receiver's certificate has expired, or the clock of this machine is wrong",
      'pt-BR': 'o certificado do destino venceu, ou o relógio desta máquina está errado',
    },
  },
  tls_not_yet_valid: {
    class: 'C',
    codes: ['CERT_NOT_YET_VALID', 'CRL_NOT_YET_VALID'],
    cause: {
      en: "the receiver's certificate is not valid yet: the clock of this machine is probably wrong",
      'pt-BR': 'o certificado do destino ainda não é válido: o relógio desta máquina deve estar errado',
    },
  },
  tls_self_signed: {
    class: 'C',
    codes: ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
    cause: {
      en: "the receiver's certificate is self-signed",
      'pt-BR': 'o certificado do destino é autoassinado',
    },
  },
  tls_untrusted: {
    class: 'C',
    codes: [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_UNTRUSTED',
      'CERT_REJECTED',
      'CERT_REVOKED',
      'CERT_SIGNATURE_FAILURE',
      'CERT_CHAIN_TOO_LONG',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'PATH_LENGTH_EXCEEDED',
    ],
    cause: {
      en: "nobody that this machine trusts signed the receiver's certificate, or its chain is incomplete",
      'pt-BR':
        'o certificado do destino não foi assinado por quem esta máquina confia, ou a cadeia está incompleta',
    },
  },
  no_token: {
    class: 'C',
    codes: [OWN_FAULTS.noToken],
    cause: {
      en: 'its answer holds no access token that can be used',
      'pt-BR': 'a resposta não contém um token de acesso utilizável',
    },
  },
  address_blocked: {
    class: 'C',
    codes: [OWN_FAULTS.addressBlocked],
    cause: {
      en: 'the URL leads to an address that Giro does not send to: link-local, metadata, multicast, or this machine without "allow: [loopback]"',
      'pt-BR':
        'a URL leva a um endereço para o qual o Giro não envia: link-local, metadados, multicast, ou esta máquina sem "allow: [loopback]"',
    },
  },
  http_not_allowed: {
    class: 'C',
    codes: [OWN_FAULTS.httpNotAllowed],
    cause: {
      en: 'the URL is http, without encryption, and the webhook lacks "allow: [http]"',
      'pt-BR': 'a URL é http, sem criptografia, e falta "allow: [http]" no webhook',
    },
  },
} as const satisfies Record<string, FaultKind>;

type FaultName = keyof typeof FAULTS;

const NAME_OF_CODE: ReadonlyMap<string, FaultName> = new Map(
  (Object.keys(FAULTS) as FaultName[]).flatMap((name) => FAULTS[name].codes.map((code) => [code, name])),
);

/** The stable name of a fault. The same reset is a dead link before the first byte and a sick receiver after it. */
export function nameFault(fault: Pick<Fault, 'code' | 'sent' | 'answered'>): FaultName {
  const name = NAME_OF_CODE.get(fault.code) ?? nameFamily(fault.code);
  if (name === 'reset_before_answer' && fault.answered) {
    return 'reset_in_answer';
  }
  if (name === 'connect_timeout' && fault.sent) {
    return fault.answered ? 'reset_in_answer' : 'reset_before_answer'; // the kernel gave up on a standing connection
  }
  return name;
}

function nameFamily(code: string): FaultName {
  return code.startsWith('ERR_SSL_') ? 'tls_refused' : 'unknown_fault';
}
