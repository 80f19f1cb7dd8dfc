import type { Command } from 'commander';
import type { Configuration } from '../../config/configuration.ts';
import type { Turnstile } from '../../config/sections/turnstiles.ts';
import { systemClock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Text } from '../../drivers/base/language.ts';
import { version } from '../base/version.ts';
import { watchWire } from '../control/client.ts';
import { eventJson } from '../turnstiles/event-json.ts';
import type { WireEvent } from '../turnstiles/wire.ts';
import { type Calibration, calibrate, calibrationText, isCalibrated, TURN_NOW } from './calibration.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import { withoutSecrets } from './diagnose/without-secrets.ts';
import { integerOption } from './options.ts';
import { CaptureRecorder } from './watch/recorder.ts';
import { WireScreen } from './wire-screen.ts';

export interface WatchOptions {
  readonly config?: string;
  readonly record?: string;
  readonly calibrate?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly json?: boolean;
}

/** How long somebody may take to turn the arm. */
const CALIBRATION_S = 60;
const STAY_MS = 60_000;

export const describeWatch: DescribeCommand = (program: Command) => {
  watchOptions(program.command('watch <turnstile>'))
    .description('live frames of a turnstile and what is read from them, while someone turns the arm')
    .option(...CONFIG_OPTION)
    .option('--timeout <s>', 'ends after so many seconds', integerOption(1, 86_400))
    .option(
      '--json',
      'prints one JSON object a line: {kind: link|bytes|reading, atMs, ...}, bytes in base64; calibration: {turnstile, device, configured, needed?}',
    )
    .addHelpText(
      'after',
      `
<- from the turnstile, -> from Giro, >> from the gym's software (tap), == what was read.
A running gateway goes on as before. Without one, watch connects by itself: nothing is stored or confirmed.
Examples:
  giro watch catraca-1
  giro watch catraca-1 --calibrate
  giro watch catraca-1 --record problem.girocap`,
    )
    .action(watch);
};

/** The options of watching that testing a webhook does not have. */
export function watchOptions(command: Command): Command {
  return command
    .option(
      '--record <file>',
      'keeps the frames in a .girocap file for giro replay; it holds credentials, so its mode is 0600',
    )
    .option(
      '--calibrate',
      'asks for one turn as if entering, and says whether swapDirection is right (exit code 1: it is not)',
    );
}

/** Shows the wire of a turnstile until Ctrl-C, or until it is calibrated. */
export async function watch(id: string, options: WatchOptions): Promise<void> {
  const { configuration } = await openConfiguration(options.config);
  const turnstile = findTurnstile(configuration, id);
  const { language, data } = configuration.agent;
  const timezone = configuration.units.find((unit) => unit.id === turnstile.unit)?.timezone ?? 'UTC';
  const timeoutS = options.timeout ?? (options.calibrate ? CALIBRATION_S : undefined);
  using recorder =
    options.record === undefined ? undefined : startRecorder(options.record, turnstile, timezone);
  const ending = endSignal(timeoutS);
  if (recorder !== undefined) console.error(HOLDS_CREDENTIALS[language]);
  if (options.calibrate) console.error(TURN_NOW[language]);

  const screen = new WireScreen(turnstile, { language, timezone });
  let calibration: Calibration | undefined;
  const onEvent = (event: WireEvent): void => {
    if (ending.signal.aborted) return;
    recorder?.add(event);
    if (options.calibrate) {
      if (event.kind === 'link') screen.show(event, console.error);
      if (event.kind !== 'reading') return;
      calibration = calibrate(event.reading, turnstile);
      if (calibration !== undefined) ending.abort();
    } else if (options.json) {
      console.log(JSON.stringify(eventJson(event)));
    } else {
      screen.show(event, console.log);
    }
  };
  // A device that is held back keeps no process alive.
  const alive = setInterval(() => {}, STAY_MS);
  try {
    await follow({ turnstile, timezone, data, language, onEvent }, ending.signal);
  } finally {
    clearInterval(alive);
  }
  if (options.calibrate) report(calibration, options.json === true, language);
}

interface Following {
  readonly turnstile: Turnstile;
  readonly timezone: string;
  readonly data: string;
  readonly language: keyof Text;
  readonly onEvent: (event: WireEvent) => void;
}

/** Through the gateway that runs, else by a session of its own. */
async function follow(
  { turnstile, timezone, data, language, onEvent }: Following,
  signal: AbortSignal,
): Promise<void> {
  const onMissed = (count: number): void => console.error(`${count} ${MISSED[language]}`);
  try {
    return await watchWire(data, turnstile.id, { onEvent, onMissed }, signal);
  } catch (error) {
    const isDown = error instanceof GiroError && error.code === 'CONTROL_UNAVAILABLE';
    // A gateway that runs and cannot be asked holds the device: a second client would only disturb it.
    const { isOwned } = await import('../journal/lock.ts');
    if (!isDown || signal.aborted || isOwned(data)) throw error;
  }
  if (turnstile.tap !== undefined) {
    throw new GiroError('CONTROL_UNAVAILABLE', `${turnstile.id} is behind a tap, which only the gateway is`);
  }
  console.error(OWN_SESSION[language]);
  const { ownSession } = await import('./watch/own-session.ts');
  await ownSession({ turnstile, timezone, clock: systemClock, onEvent }, signal);
}

function findTurnstile({ turnstiles }: Configuration, id: string): Turnstile {
  const turnstile = turnstiles.find((each) => each.id === id);
  if (turnstile !== undefined) return turnstile;
  throw new GiroError('USAGE', `there is no turnstile ${id}`, {
    hint: `turnstiles: ${turnstiles.map((each) => each.id).join(', ')}`,
  });
}

function startRecorder(path: string, { id, driver, options }: Turnstile, timezone: string): CaptureRecorder {
  const plain = withoutSecrets(options) as Record<string, unknown>;
  return new CaptureRecorder(path, { version, turnstile: id, driver: driver.name, options: plain, timezone });
}

/** Aborts with Ctrl-C, SIGTERM or after `timeoutS`. */
function endSignal(timeoutS: number | undefined): AbortController {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  if (timeoutS !== undefined) setTimeout(end, timeoutS * 1000).unref();
  return ending;
}

function report(calibration: Calibration | undefined, json: boolean, language: keyof Text): void {
  if (calibration === undefined || !isCalibrated(calibration)) process.exitCode = 1;
  if (calibration === undefined) console.error(NO_TURN[language]);
  else console.log(json ? JSON.stringify(calibration) : calibrationText(calibration)[language]);
}

const OWN_SESSION: Text = {
  en: 'The gateway is not running: connecting directly. Nothing is stored, and nothing is confirmed to the device.',
  'pt-BR': 'O gateway está parado: conectando direto. Nada é gravado nem confirmado ao equipamento.',
};

const HOLDS_CREDENTIALS: Text = {
  en: 'The recording holds card and enrolment numbers: send it by a safe way, and delete it afterwards.',
  'pt-BR': 'A gravação contém números de cartões e matrículas: envie por um meio seguro e apague depois.',
};

const NO_TURN: Text = {
  en: 'No turn was reported. Is the arm free, and does giro watch without --calibrate show frames?',
  'pt-BR':
    'Nenhum giro foi informado. O braço está livre? giro testar sem --calibrate mostra bytes chegando?',
};

const MISSED: Text = {
  en: 'events were left out: this terminal is too slow',
  'pt-BR': 'eventos ficaram de fora: este terminal é lento demais',
};
