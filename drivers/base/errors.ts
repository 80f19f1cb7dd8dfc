import type { Text } from './language.ts';

interface ErrorKind {
  /** Exit code of a command that ends with it (sysexits.h): 1 problem, 64 usage, 69 unavailable, 78 configuration. */
  readonly exitCode: 1 | 64 | 69 | 78;
  /** Whether trying again later, with nothing changed by a person, can succeed. */
  readonly retry: boolean;
  /** What happened, in a few words. */
  readonly summary: Text;
  /** What a person does about it. */
  readonly remedy: Text;
}

/** Every error that Giro raises on purpose; `drivers/ERRORS.md` is its page, and a test compares the two. */
export const ERRORS = {
  CONFIG_INVALID: {
    exitCode: 78,
    retry: false,
    summary: { en: 'the configuration has mistakes', 'pt-BR': 'a configuração tem erros' },
    remedy: {
      en: 'correct the lines named above and save the file',
      'pt-BR': 'corrija as linhas indicadas acima e salve o arquivo',
    },
  },
  CONFIG_UNREADABLE: {
    exitCode: 78,
    retry: false,
    summary: { en: 'the configuration cannot be read', 'pt-BR': 'não foi possível ler a configuração' },
    remedy: {
      en: 'check the path and the permissions of the file',
      'pt-BR': 'verifique o caminho e as permissões do arquivo',
    },
  },
  USAGE: {
    exitCode: 64,
    retry: false,
    summary: { en: 'the command line is not understood', 'pt-BR': 'linha de comando não entendida' },
    remedy: { en: 'see --help', 'pt-BR': 'veja --help' },
  },
  LINK_FAILED: {
    exitCode: 69,
    retry: true,
    summary: { en: 'no connection to the device', 'pt-BR': 'sem conexão com o equipamento' },
    remedy: {
      en: 'check the address, the cable and the power of the device; most controllers accept one client at a time',
      'pt-BR':
        'verifique o endereço, o cabo e a energia do equipamento; a maioria das controladoras aceita um cliente por vez',
    },
  },
  LINK_LOST: {
    exitCode: 69,
    retry: true,
    summary: { en: 'the connection to the device was lost', 'pt-BR': 'a conexão com o equipamento caiu' },
    remedy: {
      en: 'Giro reconnects by itself; if it keeps happening, check the cable and the power of the device',
      'pt-BR': 'o Giro reconecta sozinho; se continuar, verifique o cabo e a energia do equipamento',
    },
  },
  PORT_BUSY: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the port is in use by another program',
      'pt-BR': 'a porta está em uso por outro programa',
    },
    remedy: {
      en: 'close the other program or choose another port',
      'pt-BR': 'feche o outro programa ou escolha outra porta',
    },
  },
  PORT_DENIED: {
    exitCode: 69,
    retry: true,
    summary: { en: 'no permission to open the port', 'pt-BR': 'sem permissão para abrir a porta' },
    remedy: {
      en: 'add the user that runs Giro to the group of the port (dialout on Debian)',
      'pt-BR': 'inclua o usuário que executa o Giro no grupo da porta (dialout no Debian)',
    },
  },
  PORT_MISSING: {
    exitCode: 69,
    retry: true,
    summary: { en: 'the serial port does not exist', 'pt-BR': 'a porta serial não existe' },
    remedy: {
      en: 'plug the adapter in or correct the path (ls /dev/serial/by-id)',
      'pt-BR': 'conecte o adaptador ou corrija o caminho (ls /dev/serial/by-id)',
    },
  },
  TAP_IDLE: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the gym’s software is not connected through the tap',
      'pt-BR': 'o sistema da academia não está conectado pela escuta (tap)',
    },
    remedy: {
      en: 'in that software, give the address of this machine and the port of tap as the address of the turnstile',
      'pt-BR':
        'naquele sistema, informe o endereço deste computador e a porta de tap como endereço da catraca',
    },
  },
  DEVICE_SILENT: {
    exitCode: 69,
    retry: true,
    summary: { en: 'the device stopped answering', 'pt-BR': 'o equipamento parou de responder' },
    remedy: {
      en: 'check the power and the network of the device',
      'pt-BR': 'verifique a energia e a rede do equipamento',
    },
  },
  DEVICE_UNSUPPORTED: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the device does not speak this protocol',
      'pt-BR': 'o equipamento não fala este protocolo',
    },
    remedy: {
      en: 'check the driver, the address and the firmware of the device',
      'pt-BR': 'verifique o driver, o endereço e o firmware do equipamento',
    },
  },
  DEVICE_OTHER: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'another device answers at this address',
      'pt-BR': 'outro equipamento responde neste endereço',
    },
    remedy: {
      en: 'correct connect, or options.serialNumber if the device was replaced',
      'pt-BR': 'corrija connect, ou options.serialNumber se o equipamento foi trocado',
    },
  },
  DEVICE_NEEDS_DECIDER: {
    exitCode: 78,
    retry: true,
    summary: {
      en: 'the device waits for a decision and nobody would give it',
      'pt-BR': 'o equipamento espera uma decisão e ninguém a daria',
    },
    remedy: {
      en: 'set options.decide to grantAll or denyAll, or let the device decide by itself (Henry: TIPO_VALIDA F)',
      'pt-BR':
        'defina options.decide como grantAll ou denyAll, ou deixe o equipamento decidir sozinho (Henry: TIPO_VALIDA F)',
    },
  },
  JOURNAL_LOCKED: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'another Giro is using this data folder',
      'pt-BR': 'outro Giro está usando esta pasta de dados',
    },
    remedy: {
      en: 'stop the other one (systemctl stop giro), or give this one another agent.data',
      'pt-BR': 'pare o outro (systemctl stop giro) ou use outra pasta em agent.data',
    },
  },
  JOURNAL_FAILED: {
    exitCode: 69,
    retry: true,
    summary: { en: 'the journal cannot be written', 'pt-BR': 'não foi possível gravar o diário' },
    remedy: {
      en: 'check the free space and the permissions of the data folder',
      'pt-BR': 'verifique o espaço livre e as permissões da pasta de dados',
    },
  },
  JOURNAL_NEWER: {
    exitCode: 78,
    retry: false,
    summary: {
      en: 'the journal was written by a newer version of Giro',
      'pt-BR': 'o diário foi gravado por uma versão mais nova do Giro',
    },
    remedy: {
      en: 'install that version or a newer one again; a start of this one takes over what it can read of a journal, and keeps the file as it was',
      'pt-BR':
        'instale de novo aquela versão ou uma mais nova; se esta for iniciada, ela aproveita o que consegue ler do diário e guarda o arquivo como estava',
    },
  },
  JOURNAL_MISSING: {
    exitCode: 69,
    retry: true,
    summary: { en: 'there is no journal yet', 'pt-BR': 'ainda não há diário' },
    remedy: {
      en: 'start the gateway once with this configuration (giro run)',
      'pt-BR': 'inicie o gateway uma vez com esta configuração (giro run)',
    },
  },
  BACKUP_UNUSABLE: {
    exitCode: 1,
    retry: false,
    summary: {
      en: 'the file is no backup that can be used',
      'pt-BR': 'o arquivo não é um backup que possa ser usado',
    },
    remedy: {
      en: 'check the name of the file and the passphrase, or take another backup',
      'pt-BR': 'verifique o nome do arquivo e a senha, ou use outro backup',
    },
  },
  BACKUP_FAILED: {
    exitCode: 69,
    retry: true,
    summary: { en: 'the backup could not be made', 'pt-BR': 'não foi possível fazer o backup' },
    remedy: {
      en: 'check the free space and the permissions of the folder it goes to',
      'pt-BR': 'verifique o espaço livre e as permissões da pasta de destino',
    },
  },
  INSTALLATION_MOVED: {
    exitCode: 78,
    retry: false,
    summary: {
      en: 'this installation was moved to another machine and does not run here any more',
      'pt-BR': 'esta instalação foi levada para outro computador e não roda mais aqui',
    },
    remedy: {
      en: 'run Giro on the other machine; only if it never ran there: giro export --undo',
      'pt-BR': 'rode o Giro no outro computador; só se ele nunca rodou lá: giro export --undo',
    },
  },
  KEY_UNUSABLE: {
    exitCode: 78,
    retry: false,
    summary: {
      en: 'the identity of this installation cannot be used',
      'pt-BR': 'a identidade desta instalação não pode ser usada',
    },
    remedy: {
      en: 'correct the owner and the mode (0600) of the file, or restore it from a backup',
      'pt-BR': 'corrija o dono e o modo (0600) do arquivo, ou restaure-o de um backup',
    },
  },
  PANEL_PASSWORD_UNUSABLE: {
    exitCode: 78,
    retry: false,
    summary: {
      en: 'the password file of the panel cannot be used',
      'pt-BR': 'o arquivo da senha do painel não pode ser usado',
    },
    remedy: {
      en: 'correct the owner and the mode (0600) of the file, or remove it and set a password again: giro panel password',
      'pt-BR':
        'corrija o dono e o modo (0600) do arquivo, ou apague-o e crie a senha de novo: giro panel password',
    },
  },
  SECRET_NOT_IN_FILE: {
    exitCode: 78,
    retry: false,
    summary: {
      en: 'the secret of this webhook is not in a file of its own',
      'pt-BR': 'o segredo deste webhook não está em um arquivo próprio',
    },
    remedy: {
      en: 'put the secret alone in a file and name that file in secret:, or change it by hand where it stands',
      'pt-BR':
        'coloque o segredo sozinho em um arquivo e indique esse arquivo em secret:, ou troque-o à mão onde ele está',
    },
  },
  SECRET_NOT_WRITTEN: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the secret file cannot be written; the old secret stays',
      'pt-BR': 'não foi possível gravar o arquivo do segredo; vale o antigo',
    },
    remedy: {
      en: 'check the permissions of the file and of its folder, or use the user that owns them',
      'pt-BR': 'verifique as permissões do arquivo e da pasta, ou use o usuário dono deles',
    },
  },
  ADDRESS_BLOCKED: {
    exitCode: 78,
    retry: true,
    summary: {
      en: 'Giro does not send to this address',
      'pt-BR': 'o Giro não envia para este endereço',
    },
    remedy: {
      en: 'correct the URL of the webhook; a receiver on this machine needs allow: [loopback]',
      'pt-BR': 'corrija a URL do webhook; um destino nesta máquina precisa de allow: [loopback]',
    },
  },
  CONTROL_UNAVAILABLE: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the running gateway cannot be reached',
      'pt-BR': 'não foi possível falar com o gateway em execução',
    },
    remedy: {
      en: 'start the gateway with this configuration (systemctl start giro, or giro run) and try again',
      'pt-BR': 'inicie o gateway com esta configuração (systemctl start giro ou giro run) e tente de novo',
    },
  },
  RELAY_UNREACHABLE: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the inbox of the cloud events cannot be reached',
      'pt-BR': 'não foi possível falar com a caixa de entrada dos eventos da nuvem',
    },
    remedy: {
      en: 'Giro tries again by itself; check the internet connection and the address in relay',
      'pt-BR': 'o Giro tenta de novo sozinho; verifique a internet e o endereço em relay',
    },
  },
  RELAY_REFUSED: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the inbox of the cloud events refuses this gym',
      'pt-BR': 'a caixa de entrada dos eventos da nuvem recusa esta academia',
    },
    remedy: {
      en: 'check the token and the address in relay; giro feed token makes a new token at the inbox',
      'pt-BR':
        'verifique o token e o endereço em relay; giro feed token cria um token novo na caixa de entrada',
    },
  },
  RELAY_ANSWER: {
    exitCode: 69,
    retry: true,
    summary: {
      en: 'the inbox of the cloud events answers what Giro does not understand',
      'pt-BR': 'a caixa de entrada dos eventos da nuvem responde algo que o Giro não entende',
    },
    remedy: {
      en: 'check the address in relay: pull needs /v1/events and stream /v1/stream of an inbox',
      'pt-BR':
        'verifique o endereço em relay: pull usa /v1/events e stream usa /v1/stream de uma caixa de entrada',
    },
  },
  WEBHOOK_PAUSED: {
    exitCode: 1,
    retry: false,
    summary: { en: 'the webhook is paused', 'pt-BR': 'o webhook está pausado' },
    remedy: {
      en: 'end the pause first (giro resume WEBHOOK)',
      'pt-BR': 'encerre a pausa primeiro (giro resume WEBHOOK)',
    },
  },
  SERVICE_FAILED: {
    exitCode: 69,
    retry: true,
    summary: { en: 'the Windows service was not changed', 'pt-BR': 'o serviço do Windows não foi alterado' },
    remedy: {
      en: 'open the terminal as administrator, and give the file of WinSW in --wrapper',
      'pt-BR': 'abra o terminal como administrador e informe o arquivo do WinSW em --wrapper',
    },
  },
  CAPTURE_UNREADABLE: {
    exitCode: 64,
    retry: false,
    summary: { en: 'the recording cannot be read', 'pt-BR': 'não foi possível ler a gravação' },
    remedy: {
      en: 'give a file that giro watch --record made, whole as it was written',
      'pt-BR': 'informe um arquivo feito por giro testar --record, inteiro como foi gravado',
    },
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * The one error that Giro raises on purpose. `message` is the detail in English (ids, paths, numbers; never a
 * person or a credential); summary and remedy for people come from the catalogue by `code`.
 */
export class GiroError extends Error {
  readonly code: ErrorCode;
  /** A detail that helps, such as the program that holds a port. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GiroError';
    this.code = code;
    this.hint = options.hint;
  }
}
