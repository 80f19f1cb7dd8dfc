import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import { drivers, findDriver } from '../../drivers/registry.ts';
import { eventJson } from '../turnstiles/event-json.ts';
import type { WireEvent } from '../turnstiles/wire.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { type Capture, parseCapture } from './watch/capture.ts';
import { WireScreen } from './wire-screen.ts';

interface ReplayOptions {
  readonly config?: string;
  readonly useConfig?: boolean;
  readonly frames?: boolean;
  readonly json?: boolean;
}

export const describeReplay: DescribeCommand = (program: Command, language) => {
  program
    .command('replay <file>')
    .description(
      'feeds a recording of giro watch --record to its driver and prints what is read; no device is needed',
    )
    .option(
      '--use-config',
      'with the options of the turnstile in the configuration, not those of the recording',
    )
    .option(...CONFIG_OPTION)
    .option('--frames', 'prints the frames between the readings as well')
    .option('--json', 'prints one JSON object a line: {kind, atMs, ...}, bytes in base64')
    .addHelpText(
      'after',
      '\nExamples:\n  giro replay problem.girocap --frames\n  giro replay problem.girocap --use-config',
    )
    .action((file, options) => replayFile(file, options, language));
};

async function replayFile(path: string, options: ReplayOptions, locale: Language): Promise<void> {
  const capture = readCapture(path);
  const { turnstile, language } = await playerOf(capture, options, locale);
  const screen = new WireScreen(turnstile, { language, timezone: capture.header.timezone });
  const show = (event: WireEvent): void => {
    if (options.json) console.log(JSON.stringify(eventJson(event)));
    else screen.show(event, console.log);
  };
  const { replay } = await import('./watch/replay.ts');
  await replay(capture, turnstile, {
    onEntry: (entry) => {
      if (options.frames) show(entry);
    },
    onReading: (reading, atMs) => show({ kind: 'reading', atMs, reading }),
    onFailure: ({ code, message }, atMs) =>
      show({ kind: 'link', atMs, state: 'down', why: `${code}: ${message}` }),
  });
}

function readCapture(path: string): Capture {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new GiroError('CAPTURE_UNREADABLE', cause instanceof Error ? cause.message : path, { cause });
  }
  return parseCapture(text);
}

/** Whom the recording is played to: the turnstile as it was recorded, or as it is configured now. */
async function playerOf({ header }: Capture, { config, useConfig }: ReplayOptions, locale: Language) {
  if (useConfig) {
    const { configuration } = await openConfiguration(config);
    const turnstile = configuration.turnstiles.find(({ id }) => id === header.turnstile);
    if (turnstile === undefined) {
      throw new GiroError('USAGE', `the configuration has no turnstile ${header.turnstile}`);
    }
    return { turnstile, language: configuration.agent.language };
  }
  const driver = findDriver(header.driver);
  if (driver === undefined) {
    const known = drivers.map(({ name }) => name).join(', ');
    throw new GiroError('CAPTURE_UNREADABLE', `no driver is called "${header.driver}"; known: ${known}`);
  }
  const options = driver.options.safeParse(header.options);
  if (!options.success) {
    throw new GiroError(
      'CAPTURE_UNREADABLE',
      `the options in line 1 are none of ${driver.name}: ${options.error.message}`,
    );
  }
  return { turnstile: { driver, options: options.data, swapDirection: false }, language: locale };
}
