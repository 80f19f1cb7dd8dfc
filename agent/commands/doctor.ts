import type { Command } from 'commander';
import { ConfigurationError } from '../../config/check/mistakes.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import { paint } from './colour.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import type { CheckName, Finding } from './doctor/finding.ts';
import { wrapped } from './texts.ts';

export const describeDoctor: DescribeCommand = (program: Command) => {
  program
    .command('doctor')
    .alias('doutor')
    .description(
      'examines this installation: runtime, permissions, disk, clock, ports, names, proxy, TLS, devices, journal',
    )
    .option(...CONFIG_OPTION)
    .option('--json', 'prints {ok, failures, warnings, findings: [{check, state, subject?, cause, action?}]}')
    .addHelpText(
      'after',
      `
Exit codes: 0 nothing fails (warnings may be there), 1 something fails, 78 the configuration has mistakes.
It delivers nothing, and connects to no device while the gateway runs.
Examples:
  giro doctor
  giro doctor --json | grep '"ok":true'`,
    )
    .action(doctor);
};

async function doctor({ config, json }: { config?: string; json?: boolean }): Promise<void> {
  const { configuration } = await openConfiguration(config).catch((error: unknown) => {
    if (json && error instanceof ConfigurationError) {
      console.log(JSON.stringify({ ok: false, mistakes: error.mistakes }));
    }
    throw error;
  });
  const { language } = configuration.agent;
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const { examine } = await import('./doctor/examine.ts');
  const findings = await examine({ configuration, signal: stopping.signal }, (found) => {
    if (!json) for (const finding of found) console.log(findingText(finding, language));
  });
  const { failures, warnings } = countsOf(findings);
  if (failures > 0) process.exitCode = 1;
  if (json) console.log(JSON.stringify({ ok: failures === 0, failures, warnings, findings }));
  else console.log(`\n${SUMMARY[language](failures, warnings)}`);
}

export function countsOf(findings: readonly Finding[]): {
  readonly failures: number;
  readonly warnings: number;
} {
  const count = (wanted: Finding['state']): number => findings.filter(({ state }) => state === wanted).length;
  return { failures: count('fail'), warnings: count('warn') };
}

export const STATES = {
  ok: { style: 'green', en: 'ok', 'pt-BR': 'ok' },
  warn: { style: 'yellow', en: 'WARN', 'pt-BR': 'AVISO' },
  fail: { style: 'red', en: 'FAIL', 'pt-BR': 'FALHA' },
} as const;

export const CHECK_NAMES: Readonly<Record<CheckName, Text>> = {
  runtime: { en: 'runtime', 'pt-BR': 'programa' },
  configuration: { en: 'configuration', 'pt-BR': 'configuração' },
  permissions: { en: 'permissions', 'pt-BR': 'permissões' },
  disk: { en: 'disk', 'pt-BR': 'disco' },
  clock: { en: 'clock', 'pt-BR': 'relógio' },
  ports: { en: 'ports', 'pt-BR': 'portas' },
  dns: { en: 'names (DNS)', 'pt-BR': 'nomes (DNS)' },
  proxy: { en: 'proxy', 'pt-BR': 'proxy' },
  tls: { en: 'webhook', 'pt-BR': 'webhook' },
  certificates: { en: 'certificate', 'pt-BR': 'certificado' },
  devices: { en: 'turnstile', 'pt-BR': 'catraca' },
  journal: { en: 'journal', 'pt-BR': 'diário' },
};

const STATE_WIDTH = 7;
const NAME_WIDTH = 15;

/** A finding in lines of at most 80 columns, what to do below it. */
export function findingText({ check, state, subject, cause, action }: Finding, language: Language): string {
  const below = ' '.repeat(STATE_WIDTH + NAME_WIDTH);
  const { style, [language]: word } = STATES[state];
  const about = subject === undefined ? '' : `${subject}: `;
  const head = word.padEnd(STATE_WIDTH) + CHECK_NAMES[check][language].padEnd(NAME_WIDTH);
  const [first = '', ...rest] = wrapped(`${head}${about}${cause[language]}`, below);
  return [
    first.replace(word, paint(style, word)),
    ...rest,
    ...(action === undefined ? [] : wrapped(`${below}-> ${action[language]}`, `${below}   `)),
  ].join('\n');
}

export const SUMMARY: Readonly<Record<Language, (failures: number, warnings: number) => string>> = {
  en: (failures, warnings) => `failures: ${failures}, warnings: ${warnings}`,
  'pt-BR': (failures, warnings) => `falhas: ${failures}, avisos: ${warnings}`,
};
