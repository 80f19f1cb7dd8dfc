import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import type { DescribeCommand } from './command.ts';
import { openConfiguration } from './configuration.ts';
import { type WindowsService, wrapperSettings } from './service/winsw.ts';

/** The wrapper under the service's name, beside the configuration. */
const WRAPPER = 'giro-service.exe';
const INSTALL_EXAMPLE =
  '\nExample:\n  giro service install --config C:\\giro\\giro.yaml --wrapper C:\\giro\\WinSW-x64.exe';

interface ServiceOptions {
  readonly config: string;
  readonly json?: boolean;
}

interface InstallOptions extends ServiceOptions {
  readonly wrapper: string;
}

const JSON_OPTION = ['--json', 'prints {service: installed|removed, config}'] as const;

export const describeService: DescribeCommand = (program: Command, language: Language) => {
  const service = program
    .command('service')
    .description('Windows (not verified there yet): installs or removes the service, wrapped by WinSW')
    .addHelpText('after', INSTALL_EXAMPLE);
  service
    .command('install')
    .description('checks the configuration, installs the service and starts it')
    .requiredOption('-c, --config <file>', 'configuration file of the service')
    .requiredOption('--wrapper <file>', 'WinSW 2.12, as downloaded (WinSW-x64.exe)')
    .option(...JSON_OPTION)
    .addHelpText('after', INSTALL_EXAMPLE)
    .action((options: InstallOptions) => install(options, language));
  service
    .command('remove')
    .description('stops the service and removes it; configuration and data stay')
    .requiredOption('-c, --config <file>', 'configuration file of the service')
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  giro service remove --config C:\\giro\\giro.yaml')
    .action((options: ServiceOptions) => remove(options, language));
};

async function install(options: InstallOptions, language: Language): Promise<void> {
  requireWindows(language);
  const config = resolve(options.config);
  await openConfiguration(config);
  if (!existsSync(options.wrapper)) {
    throw new GiroError('SERVICE_FAILED', `${options.wrapper} does not exist`);
  }
  const wrapper = wrapperBeside(config);
  const service: WindowsService = { node: process.execPath, main: resolve(process.argv[1] ?? ''), config };
  copyFileSync(options.wrapper, wrapper);
  writeFileSync(wrapper.replace(/exe$/, 'xml'), wrapperSettings(service));
  for (const step of ['install', 'start']) runWrapper(wrapper, step);
  say('installed', { ...options, config }, language);
}

function remove(options: ServiceOptions, language: Language): void {
  requireWindows(language);
  const config = resolve(options.config);
  for (const step of ['stop', 'uninstall']) runWrapper(wrapperBeside(config), step);
  say('removed', { ...options, config }, language);
}

function say(state: 'installed' | 'removed', { config, json }: ServiceOptions, language: Language): void {
  console.log(json ? JSON.stringify({ service: state, config }) : DONE[state][language]);
}

function requireWindows(language: Language): void {
  if (process.platform === 'win32') return;
  throw new GiroError('USAGE', 'giro service is for Windows', { hint: ELSEWHERE[language] });
}

function wrapperBeside(config: string): string {
  return join(dirname(config), WRAPPER);
}

/** What the wrapper says goes to stderr: stdout is what was asked for. */
function runWrapper(wrapper: string, step: string): void {
  const { status, error } = spawnSync(wrapper, [step], { stdio: ['inherit', 2, 2] });
  if (status === 0) return;
  throw new GiroError('SERVICE_FAILED', `${wrapper} ${step}: ${error?.message ?? `exit code ${status}`}`);
}

const ELSEWHERE: Text = {
  en: 'on Debian and Ubuntu the package brings the service: sudo apt install ./giro_VERSION_amd64.deb',
  'pt-BR': 'no Debian e no Ubuntu o pacote traz o serviço: sudo apt install ./giro_VERSION_amd64.deb',
};

const DONE: Readonly<Record<'installed' | 'removed', Text>> = {
  installed: {
    en: 'The service giro is installed and runs; it starts with Windows.',
    'pt-BR': 'O serviço giro está instalado e em execução; ele inicia com o Windows.',
  },
  removed: {
    en: 'The service giro is removed; the configuration and the data stay.',
    'pt-BR': 'O serviço giro foi removido; a configuração e os dados ficam.',
  },
};
