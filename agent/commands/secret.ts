import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import type { Configuration, Webhook } from '../../config/configuration.ts';
import { parseSecret, publicKeyText, type SigningKey } from '../../config/sections/secret.ts';
import { MOST_KEYS, momentOf, writeKeys } from '../../config/sections/secret-file.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';

const HMAC_BYTES = 32;
const DAY_MS = 86_400_000;
const LONGEST_KEEP_MS = 7 * DAY_MS;
const UNITS_MS = { min: 60_000, h: 3_600_000, d: DAY_MS };

export const describeSecret: DescribeCommand = (program: Command, language: Language) => {
  const secret = program
    .command('secret')
    .description('makes, shows and changes the secrets that webhooks are signed with')
    .addHelpText(
      'after',
      '\nExamples:\n  giro secret new > config/crm.secret\n  giro secret rotate crm --keep 48h',
    );
  secret
    .command('new')
    .description('prints a new secret; for ed25519 its public key (whpk_) too, for the receiver')
    .option('--ed25519', 'a key pair (whsk_) instead of a shared secret (whsec_)')
    .option('--json', 'prints {secret, publicKey?}')
    .addHelpText('after', '\nExample:\n  giro secret new > config/crm.secret && chmod 600 config/crm.secret')
    .action((options) => printNew(options, language));
  secret
    .command('show')
    .argument('<webhook>', 'id of the webhook')
    .description('prints what the receiver verifies with: the shared secret, or the public key of ed25519')
    .option(...CONFIG_OPTION)
    .option('--private', 'of ed25519 the private key, to move it to another machine')
    .option('--json', 'prints {webhook, keys: [{kind, secret?, publicKey?, until?}]}, old keys too')
    .addHelpText('after', '\nExample:\n  giro secret show crm')
    .action(show);
  secret
    .command('rotate')
    .argument('<webhook>', 'id of the webhook')
    .description('puts a new secret in the webhook’s secret file; the old one signs beside it for a while')
    .option(...CONFIG_OPTION)
    .option(
      '--keep <time>',
      'how long the old secret still signs: 0 to 7d, such as 90min, 24h',
      keepOption,
      DAY_MS,
    )
    .option('--json', 'prints {webhook, file, publicKey?, oldUntil?}')
    .addHelpText('after', '\nExample:\n  giro secret rotate crm --keep 48h')
    .action(rotate);
};

/** A length of time from 0 to 7 days, in ms. */
function keepOption(text: string): number {
  const [, count, unit = 'min'] = /^(\d+)(min|h|d)$/.exec(text === '0' ? '0min' : text) ?? [];
  const keepMs = Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (!(keepMs <= LONGEST_KEEP_MS))
    throw new InvalidArgumentError('expected 0 to 7d, such as 90min, 24h or 2d');
  return keepMs;
}

function newKey(kind: SigningKey['kind']): SigningKey {
  const parsed = parseSecret(kind === 'hmac' ? newSecret() : newEd25519());
  if ('problem' in parsed) throw new TypeError(parsed.problem.en);
  return parsed.key;
}

/** A fresh shared secret, as a receiver is given it. */
export function newSecret(): string {
  return `whsec_${randomBytes(HMAC_BYTES).toString('base64')}`;
}

function newEd25519(): string {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return `whsk_${Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64')}`;
}

function printNew(options: { ed25519?: boolean; json?: boolean }, language: Language): void {
  const key = newKey(options.ed25519 ? 'ed25519' : 'hmac');
  const publicKey = publicKeyOf(key);
  if (options.json) {
    console.log(JSON.stringify({ secret: key.text, publicKey }));
    return;
  }
  console.log(key.text);
  if (publicKey !== undefined) console.error(`${PUBLIC_KEY[language]}: ${publicKey}`);
}

/** Undefined for a shared secret. */
function publicKeyOf(key: SigningKey): string | undefined {
  return key.kind === 'ed25519' ? publicKeyText(key) : undefined;
}

interface ShowOptions {
  readonly config?: string;
  readonly private?: boolean;
  readonly json?: boolean;
}

async function show(id: string, options: ShowOptions): Promise<void> {
  const { configuration } = await openConfiguration(options.config);
  const keys = signing(find(configuration, id));
  const shown = options.json ? keys : keys.slice(0, 1);
  if (options.private || shown.some(({ kind }) => kind === 'hmac')) {
    console.error(WARNING[configuration.agent.language]);
  }
  if (options.json) {
    console.log(JSON.stringify({ webhook: id, keys: shown.map((key) => described(key, options.private)) }));
    return;
  }
  for (const key of shown) console.log((options.private ? undefined : publicKeyOf(key)) ?? key.text);
}

function described(key: SigningKey, isPrivate = false): object {
  const publicKey = publicKeyOf(key);
  return {
    kind: key.kind,
    ...(publicKey === undefined || isPrivate ? { secret: key.text } : {}),
    publicKey,
    until: key.untilMs === undefined ? undefined : momentOf(key.untilMs),
  };
}

interface RotateOptions {
  readonly config?: string;
  readonly keep: number;
  readonly json?: boolean;
}

async function rotate(id: string, { config, keep, json }: RotateOptions): Promise<void> {
  const { configuration } = await openConfiguration(config);
  const { language } = configuration.agent;
  const webhook = find(configuration, id);
  const { secretFile } = webhook;
  const [current, ...old] = signing(webhook);
  if (secretFile === undefined || current === undefined)
    throw new GiroError('SECRET_NOT_IN_FILE', `webhook ${id}`);
  const untilMs = Math.ceil((Date.now() + keep) / 1000) * 1000; // the file holds whole seconds
  const fresh = newKey(current.kind);
  const keys = [fresh, ...(keep > 0 ? [{ ...current, untilMs }] : []), ...old];
  if (keys.length > MOST_KEYS) {
    throw new GiroError('USAGE', `webhook ${id}: ${old.length} old secrets still sign`, {
      hint: TOO_MANY[language],
    });
  }
  try {
    writeKeys(secretFile, keys);
  } catch (cause) {
    throw new GiroError('SECRET_NOT_WRITTEN', `${secretFile}: ${messageOf(cause)}`, { cause });
  }
  const oldUntil = keep > 0 ? momentOf(untilMs) : undefined;
  if (json) {
    console.log(JSON.stringify({ webhook: id, file: secretFile, publicKey: publicKeyOf(fresh), oldUntil }));
  } else {
    console.log(rotated(id, secretFile, oldUntil)[language]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws {GiroError} USAGE when there is no such webhook. */
function find({ webhooks }: Configuration, id: string): Webhook {
  const webhook = webhooks.find((one) => one.id === id);
  if (webhook !== undefined) return webhook;
  throw new GiroError('USAGE', `there is no webhook ${id}`, {
    hint: `webhooks: ${webhooks.map((one) => one.id).join(', ')}`,
  });
}

/** The keys that still sign, newest first. */
function signing({ keys }: Webhook): readonly SigningKey[] {
  return keys.filter(({ untilMs }) => untilMs === undefined || Date.now() < untilMs);
}

const PUBLIC_KEY: Text = { en: 'public key, for the receiver', 'pt-BR': 'chave pública, para o destino' };

const WARNING: Text = {
  en: 'Whoever has this secret can send events in your name: give it to the receiver only, by a safe way.',
  'pt-BR':
    'Quem tiver este segredo pode enviar eventos em seu nome: entregue-o só ao destino, por um meio seguro.',
};

const TOO_MANY: Text = {
  en: `at most ${MOST_KEYS - 1} old secrets may sign: wait until one ends, or take one out of the file`,
  'pt-BR': `no máximo ${MOST_KEYS - 1} segredos antigos podem assinar: espere um vencer ou retire um do arquivo`,
};

function rotated(id: string, file: string, oldUntil: string | undefined): Text {
  return {
    en: `${file} has a new secret, which a running gateway takes at once. Next: give the receiver "giro secret show ${id}"${
      oldUntil === undefined
        ? ' at once: the old one no longer signs.'
        : ` before ${oldUntil}, when the old one ends.`
    }`,
    'pt-BR': `${file} tem um novo segredo, que o gateway em execução adota na hora. Próximo passo: entregue ao destino "giro secret show ${id}"${
      oldUntil === undefined
        ? ' já: o antigo não assina mais.'
        : ` antes de ${oldUntil}, quando o antigo vence.`
    }`,
  };
}
