import { isUtf8 } from 'node:buffer';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Driver } from '../drivers/driver.ts';
import type { Language } from '../drivers/language.ts';
import { Checker } from './checker.ts';
import type { Configuration } from './configuration.ts';
import { checkFeed } from './feed.ts';
import { checkJournal } from './journal.ts';
import { localeLanguage } from './language.ts';
import { ConfigurationError, text } from './mistakes.ts';
import { checkPanel } from './panel.ts';
import { resolveReferences } from './references.ts';
import { checkRelay } from './relay.ts';
import { configurationSchema } from './schema.ts';
import { Source } from './source.ts';
import { checkTurnstiles } from './turnstiles.ts';
import { checkWebhooks } from './webhooks.ts';

interface ReadContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly drivers: readonly Driver[];
  /** For whoever sets the password of the panel: that it has none yet is no mistake. */
  readonly isPasswordPending?: boolean | undefined;
}

/**
 * Makes the configuration of the bytes of the file at `path`; relative paths in it start at its folder.
 * @throws {ConfigurationError} with every mistake of the file.
 */
export function readConfiguration(
  bytes: Uint8Array,
  path: string,
  { env, drivers, isPasswordPending = false }: ReadContext,
): Configuration {
  const folder = dirname(resolve(path));
  const yaml = new TextDecoder().decode(bytes); // drops a byte order mark
  const source = new Source(yaml, (value) => resolveReferences(value, { env, folder }));
  const language = languageOf(source, yaml) ?? localeLanguage(env);
  if (!isUtf8(bytes)) throw new ConfigurationError([notUtf8(source, yaml, path)], language);

  const checker = new Checker(source, path);
  if (source.value === undefined) throw new ConfigurationError(checker.mistakes, language);

  const form = checker.parse(configurationSchema(drivers.map(({ name }) => name)), []);
  const units = checker.ids('units', text('unit', 'unidade'));
  const turnstiles = checkTurnstiles(checker, units, drivers);
  const webhooks = checkWebhooks(checker, units, { folder, env });
  const relay = checkRelay(checker, units, { folder, env });
  const feed = checkFeed(checker, units, folder);
  const data = dataFolder(checker, folder, env);
  const journal = checkJournal(checker, folder, data);
  const panel = checkPanel(checker, { data, isPasswordPending });
  if (form === undefined || journal === undefined || checker.mistakes.length > 0) {
    throw new ConfigurationError(checker.mistakes, language);
  }
  const agent = { ...form.agent, language, data };
  return { path, agent, journal, panel, units: form.units, turnstiles, webhooks, relay, feed };
}

/** The file's own language, also when the rest of it is broken. */
function languageOf(source: Source, yaml: string): Language | undefined {
  const found =
    source.at(['agent', 'language']) ?? /^[^#\n]*\blanguage:\s*["']?(pt-BR|en)\b/m.exec(yaml)?.[1];
  return found === 'pt-BR' || found === 'en' ? found : undefined;
}

function notUtf8(source: Source, yaml: string, path: string) {
  return {
    path,
    ...source.placeOf(yaml.indexOf('\uFFFD')), // what the decoder puts for bytes that are no UTF-8
    message: text('the file is not UTF-8', 'o arquivo não está em UTF-8'),
    help: text('save it again with the encoding UTF-8', 'salve-o de novo com a codificação UTF-8'),
  };
}

/** `agent.data`, else where systemd says (`STATE_DIRECTORY`, the first of a list), else beside the file. */
function dataFolder(checker: Checker, folder: string, env: ReadContext['env']): string {
  const configured = checker.source.at(['agent', 'data']);
  const [fromSystemd] = env.STATE_DIRECTORY?.split(':') ?? [];
  const data = resolve(folder, typeof configured === 'string' ? configured : fromSystemd || 'data');
  if (existsSync(data) && !statSync(data).isDirectory()) {
    checker.report(['agent', 'data'], {
      message: text(`data folder ${data} is a file`, `a pasta de dados ${data} é um arquivo`),
    });
  }
  return data;
}
