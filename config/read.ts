import { isUtf8 } from 'node:buffer';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Language } from '../drivers/base/language.ts';
import type { Driver } from '../drivers/contract/driver.ts';
import { Checker } from './check/checker.ts';
import { localeLanguage } from './check/language.ts';
import { ConfigurationError, type Mistake, text } from './check/mistakes.ts';
import { resolveReferences } from './check/references.ts';
import { Source } from './check/source.ts';
import type { Configuration } from './configuration.ts';
import { checkFixed, type Fixed } from './fixed.ts';
import { configurationSchema } from './schema.ts';
import { checkFeed } from './sections/feed.ts';
import { checkJournal } from './sections/journal.ts';
import { checkPanel } from './sections/panel.ts';
import { checkRelay } from './sections/relay.ts';
import { checkTurnstiles } from './sections/turnstiles.ts';
import { checkWebhooks } from './sections/webhooks.ts';
import { checkWarnings } from './warnings.ts';

interface ReadContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly drivers: readonly Driver[];
  /** For whoever sets the password of the panel: that it has none yet is no mistake. */
  readonly isPasswordPending?: boolean | undefined;
  /** For a gateway that runs: what it was started with, and cannot change. */
  readonly running?: Fixed | undefined;
  /** For whoever checks the file: hears, in the order of the file, what is no mistake and seldom meant. */
  readonly onWarning?: ((warning: Mistake) => void) | undefined;
}

/**
 * Makes the configuration of the bytes of the file at `path`; relative paths in it start at its folder.
 * @throws {ConfigurationError} with every mistake of the file.
 */
export function readConfiguration(
  bytes: Uint8Array,
  path: string,
  { env, drivers, isPasswordPending = false, running, onWarning }: ReadContext,
): Configuration {
  const folder = dirname(resolve(path));
  const yaml = new TextDecoder().decode(bytes); // drops a byte order mark
  const source = new Source(yaml, (value) => resolveReferences(value, { env, folder }));
  const language = languageOf(source, yaml) ?? localeLanguage(env);
  const data = dataFolder(source, yaml, { folder, env });
  if (!isUtf8(bytes)) throw new ConfigurationError([notUtf8(source, yaml, path)], language, data);

  const checker = new Checker(source, path);
  if (source.value === undefined) throw new ConfigurationError(checker.mistakes, language, data);

  const form = checker.parse(configurationSchema(drivers.map(({ name }) => name)), []);
  const units = checker.ids('units', text('unit', 'unidade'));
  const turnstiles = checkTurnstiles(checker, units, drivers);
  const webhooks = checkWebhooks(checker, units, { folder, env });
  const relay = checkRelay(checker, units, { folder, env });
  const feed = checkFeed(checker, units, folder);
  checkData(checker, data);
  if (running !== undefined) checkFixed(checker, { data, id: form?.agent.id }, running);
  const journal = checkJournal(checker, folder, data);
  const panel = checkPanel(checker, { data, isPasswordPending });
  checker.checkClaims();
  if (form === undefined || journal === undefined || checker.mistakes.length > 0) {
    throw new ConfigurationError(checker.mistakes, language, data);
  }
  if (onWarning !== undefined) {
    checkWarnings(checker, { units: form.units, webhooks, feed });
    for (const warning of checker.warnings) onWarning(warning);
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

/** An installed service's file, and where systemd keeps its journal: commands that a person types have to find it too. */
const SYSTEM_FOLDER = '/etc/giro';
const SYSTEM_DATA = '/var/lib/giro';

/** `agent.data`, else where systemd says (`STATE_DIRECTORY`, the first of a list), else where it would, else beside the file. */
function dataFolder(
  source: Source,
  yaml: string,
  { folder, env }: { readonly folder: string; readonly env: ReadContext['env'] },
): string {
  const configured =
    source.at(['agent', 'data']) ?? /^[^#\n]*\bdata:\s*["']?([^"'#,}\n]+)/m.exec(yaml)?.[1]?.trim();
  const [fromSystemd] = env.STATE_DIRECTORY?.split(':') ?? [];
  const usual = folder === SYSTEM_FOLDER ? SYSTEM_DATA : 'data';
  return resolve(folder, typeof configured === 'string' ? configured : fromSystemd || usual);
}

function checkData(checker: Checker, data: string): void {
  if (!existsSync(data) || statSync(data).isDirectory()) return;
  checker.report(['agent', 'data'], {
    message: text(`data folder ${data} is a file`, `a pasta de dados ${data} é um arquivo`),
    help: text(
      'expected a folder; giro run makes it where there is none',
      'o esperado é uma pasta; giro run a cria se não houver',
    ),
  });
}
