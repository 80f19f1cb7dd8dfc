import { stringify } from 'yaml';
import type { Language } from '../../../drivers/base/language.ts';

/** What `giro init` needs to know, as a person writes it. */
export interface Answers {
  readonly language: Language;
  readonly name: string;
  readonly unit: string;
  readonly unitName: string;
  readonly company: number;
  readonly timezone: string;
  readonly turnstile: string;
  readonly driver: string;
  readonly connect: string;
  /** The pattern of a line; only the driver `lines` has one. */
  readonly pattern: string;
  readonly webhook: string;
  /** Empty: no webhook yet. */
  readonly url: string;
  readonly allow: readonly ('http' | 'loopback')[];
}

const COMMENTS = {
  en: {
    head: 'Configuration of Giro, made by giro init. After each change: giro check',
    name: 'receivers of the events see it as origem.agente',
    data: 'The journal is in the folder data beside this file (as a service, in systemd’s); data: ... moves it.',
    company: 'the number of the company in the management system: empresa',
    other: 'Other ways: tcp-listen://0.0.0.0:3000 (the turnstile dials), serial:///dev/ttyUSB0?baudRate=9600',
    tap: 'With the gym’s own software on the same turnstile: tap: tcp-listen://0.0.0.0:13000',
    swap: 'true if entries come as exits; giro watch ID --calibrate tells.',
    henry: 'credential: the number is a card, and leaves only as a hash. person: it is the enrolment.',
    toletus:
      'The board decides nothing. never: the gym’s software does (tap). grantAll: Giro frees everybody.',
    lines: 'Named groups: time turnstile kind credential person direction result reason record',
    passage: 'true: a granted line means that the arm turned',
    secret: 'The receiver verifies with it: giro secret show ID',
    active: 'false: INATIVA, nothing is sent and nothing is queued',
    http: 'http: not encrypted. loopback: the receiver is on this machine.',
    noWebhook: 'No event is delivered yet. A webhook is a block like this:',
  },
  'pt-BR': {
    head: 'Configuração do Giro, feita por giro init. Depois de cada mudança: giro check',
    name: 'quem recebe os eventos o vê em origem.agente',
    data: 'O diário fica na pasta data ao lado deste arquivo (como serviço, na do systemd); data: ... muda.',
    company: 'número da empresa no sistema de gestão',
    other: 'Outras formas: tcp-listen://0.0.0.0:3000 (a catraca disca), serial:///dev/ttyUSB0?baudRate=9600',
    tap: 'Com o sistema da própria academia na mesma catraca: tap: tcp-listen://0.0.0.0:13000',
    swap: 'true se as entradas chegam como saídas; giro testar ID --calibrate responde.',
    henry: 'credential: o número é um cartão e sai só como hash. person: é a matrícula.',
    toletus:
      'A placa não decide nada. never: quem decide é o sistema da academia (tap). grantAll: o Giro libera todos.',
    lines: 'Grupos: time turnstile kind credential person direction result reason record',
    passage: 'true: uma linha liberada significa que o braço girou',
    secret: 'O destino confere com ele: giro secret show ID',
    active: 'false: INATIVA, nada é enviado nem guardado',
    http: 'http: sem criptografia. loopback: o destino é nesta máquina.',
    noWebhook: 'Nenhum evento é entregue ainda. Um webhook é um bloco assim:',
  },
} as const satisfies Record<Language, Record<string, string>>;

type Comments = (typeof COMMENTS)[Language];

/**
 * The text of a configuration file with these answers, commented in their language.
 * @param secret as `secret` of the webhook says it: a reference, or the secret itself
 */
export function composeConfiguration(answers: Answers, secret: string): string {
  const says = COMMENTS[answers.language];
  const { language, name, unit, unitName, company, timezone } = answers;
  return `# ${says.head}

agent:
  name: ${scalar(name)} # ${says.name}
  language: ${language}
  # ${says.data}

units:
  - id: ${scalar(unit)}
    name: ${scalar(unitName)}
    company: ${company} # ${says.company}
    timezone: ${scalar(timezone)}

turnstiles:
${turnstile(answers, says)}
${webhooks(answers, says, secret)}`;
}

function turnstile({ turnstile, unit, driver, connect, pattern }: Answers, says: Comments): string {
  return `  # ${says.other}
  # ${says.tap}
  - id: ${scalar(turnstile)}
    unit: ${scalar(unit)}
    driver: ${scalar(driver)}
    connect: ${scalar(connect)}
    # ${says.swap.replace('ID', turnstile)}
    swapDirection: false
${options(driver, pattern, says)}`;
}

/** What a new installation has to decide for each driver; the others go by their defaults. */
function options(driver: string, pattern: string, says: Comments): string {
  switch (driver) {
    case 'henry':
      return `    options:
      # ${says.henry}
      number: credential
`;
    case 'toletus-litenet2':
      return `    options:
      # ${says.toletus}
      decide: never
`;
    case 'lines':
      return `    options:
      # ${says.lines}
      pattern: ${quoted(pattern)}
      passage: true # ${says.passage}
`;
    default:
      return '';
  }
}

function webhooks({ webhook, url, allow }: Answers, says: Comments, secret: string): string {
  if (url === '') {
    return `# ${says.noWebhook}
#  - id: crm
#    url: https://crm.example.com/catraca
#    secret: \${file:./crm.secret}
webhooks: []
`;
  }
  return `webhooks:
  - id: ${scalar(webhook)}
    url: ${scalar(url)}
    # ${says.secret.replace('ID', webhook)}
    secret: ${secret}
    active: true # ${says.active}
${allow.length === 0 ? '' : `    # ${says.http}\n    allow: [${allow.join(', ')}]\n`}`;
}

/** One value on one line, in quotes where YAML would read something else. */
function scalar(value: string): string {
  return stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd();
}

/** In single quotes, where a backslash stays what it is. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
