import type { Command } from 'commander';
import type { Configuration } from '../../config/configuration.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Text } from '../../drivers/base/language.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import type { Entry } from './diagnose/bundle.ts';
import type { Finding } from './doctor/finding.ts';
import { countsOf, findingText } from './doctor.ts';
import { versionFacts } from './version.ts';

/** The latest of what was not delivered, per webhook state. */
const MOST_DELIVERIES = 200;

export const describeDiagnose: DescribeCommand = (program: Command) => {
  program
    .command('diagnose')
    .alias('diagnostico')
    .description(
      'makes one zip for support: versions, configuration without secrets, last log, queues, result of doctor',
    )
    .option(...CONFIG_OPTION)
    .option('-o, --output <file>', 'the zip (default: giro-diagnostico-DATE.zip here); none is written over')
    .option('--json', 'prints {file, entries, failures, warnings}')
    .addHelpText(
      'after',
      `
In it is no secret, no credential, no person, and of URLs only scheme, host and port. Look into it before you send it.
Examples:
  giro diagnose
  giro diagnostico --output /tmp/academia.zip`,
    )
    .action(diagnose);
};

async function diagnose(options: { config?: string; output?: string; json?: boolean }): Promise<void> {
  const { configuration } = await openConfiguration(options.config);
  const { language } = configuration.agent;
  const file =
    options.output ?? `giro-diagnostico-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}.zip`;
  const [{ examine }, { writeBundle }, { scrubbed, secretsOf }] = await Promise.all([
    import('./doctor/examine.ts'),
    import('./diagnose/bundle.ts'),
    import('./diagnose/scrub.ts'),
  ]);
  if (!options.json) console.error(EXAMINING[language]);
  const { signal } = new AbortController();
  const findings = await examine({ configuration, signal }, () => {});
  const secrets = secretsOf(configuration);
  const entries = (await contents(configuration, findings)).map(({ name, text }) => ({
    name,
    text: scrubbed(text, secrets),
  }));
  await writeBundle(file, entries);
  const counts = countsOf(findings);
  if (options.json)
    console.log(JSON.stringify({ file, entries: entries.map(({ name }) => name), ...counts }));
  else console.log(`${file}: ${entries.map(({ name }) => name).join(', ')}\n${LOOK[language]}`);
}

async function contents(
  configuration: Configuration,
  findings: readonly Finding[],
): Promise<readonly Entry[]> {
  const [{ describedConfiguration }, { keptLog }] = await Promise.all([
    import('./diagnose/described.ts'),
    import('../base/log-ring.ts'),
  ]);
  const { language, data } = configuration.agent;
  const zones = configuration.units.map(({ timezone }) => timezone);
  return [
    json('versions.json', { ...(await versionFacts()), at: new Date().toISOString(), zones }),
    json('configuration.json', describedConfiguration(configuration)),
    json('doctor.json', findings),
    { name: 'doctor.txt', text: `${findings.map((finding) => findingText(finding, language)).join('\n')}\n` },
    json('queues.json', await queues(data)),
    { name: 'giro.log', text: keptLog(data) },
  ];
}

/** How turnstiles and webhooks stand, and what was not delivered: ids and outcomes, nobody's number, no answer. */
async function queues(data: string): Promise<object> {
  const { openReader } = await import('../journal/queries.ts');
  try {
    const reader = openReader(data);
    try {
      const waiting = reader.deliveries({ states: ['pending', 'parked'] }, MOST_DELIVERIES);
      return {
        turnstiles: reader.turnstiles(),
        webhooks: reader.webhooks(),
        alarms: reader.alarms(),
        unrecognised: reader.unrecognised(),
        undelivered: waiting.map(({ person: _, ...delivery }) => delivery),
      };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof GiroError) return { unreadable: error.code };
    throw error;
  }
}

function json(name: string, value: object): Entry {
  return { name, text: `${JSON.stringify(value, undefined, 2)}\n` };
}

const EXAMINING: Text = { en: 'Examining this installation ...', 'pt-BR': 'Examinando esta instalação ...' };
const LOOK: Text = {
  en: 'Look into it before you send it: what is in it is plain text.',
  'pt-BR': 'Olhe o conteúdo antes de enviar: é tudo texto simples.',
};
