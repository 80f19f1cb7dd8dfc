import { flushCompileCache } from 'node:module';
import type { Command } from 'commander';
import type { Configuration } from '../../config/configuration.ts';
import { systemClock } from '../../drivers/base/clock.ts';
import { GiroError } from '../../drivers/base/errors.ts';
import type { Language, Text } from '../../drivers/base/language.ts';
import type { Logger } from '../../drivers/base/log.ts';
import { version } from '../base/version.ts';
import type { Gateway } from '../gateway.ts';
import type { DescribeCommand } from './command.ts';
import { CONFIG_OPTION, openConfiguration } from './configuration.ts';
import type { Demo } from './demo.ts';
import { growHeapSlowly, saveMemoryWhenQuiet } from './run/memory.ts';
import { unverifiedNote } from './unverified.ts';

/** npm and the terminal both pass one Ctrl-C on: the second within this time is the same one. */
const SAME_SIGNAL_MS = 1_000;

export const describeRun: DescribeCommand = (program: Command) => {
  program
    .command('run')
    .description('runs the gateway until it is stopped (Ctrl-C or SIGTERM)')
    .option(...CONFIG_OPTION)
    .option('--json', 'one JSON object a line also on a terminal: the log, and what the demo prints')
    .addHelpText('after', '\nExample:\n  giro run --config /etc/giro/giro.yaml')
    .action(run);
};

async function run({ config, json = false }: { config?: string; json?: boolean }): Promise<void> {
  const { prepareWriter } = await import('../journal/threads.ts');
  prepareWriter();
  const [{ configuration, isDemo }, { createLog }, { Taps }, { Service, tellWaiting }] = await Promise.all([
    openConfiguration(config),
    import('../base/log.ts'),
    import('../turnstiles/taps.ts'),
    import('./service/service.ts'),
  ]);
  // The demo's screen belongs to the receiver; the log speaks when something is wrong.
  const { LogRing } = await import('../base/log-ring.ts');
  const ring = new LogRing(configuration.agent.data);
  const log = await createLog({
    level: process.env.GIRO_LOG ?? (isDemo ? 'error' : 'info'),
    ...(json && { terminal: false }),
    ring,
  });
  const { stopped, stopping } = stopSignal();
  const taps = new Taps({ clock: systemClock, log });
  taps.open(configuration.turnstiles); // the door comes first: before anything else takes its time
  const demo = isDemo ? await openDemo(configuration, json) : undefined;
  const say = json ? console.error : console.log;
  if (isDemo) say(DEMO_LINES[configuration.agent.language]);

  const { startGateway } = await import('./run/start.ts');
  const { language } = configuration.agent;
  const gateway = await startGateway({ configuration, clock: systemClock, log, taps }, stopping, (refused) =>
    tellWaiting(refused, { language, log, env: process.env }),
  );
  if (gateway !== undefined) {
    sayStarted(configuration, log);
    reloadOnHangUp(gateway, log);
  }
  const service =
    gateway && (await Service.start({ gateway, language, clock: systemClock, log, env: process.env }));
  growHeapSlowly();
  const stopSaving = saveMemoryWhenQuiet({ clock: systemClock });
  flushCompileCache(); // a start after a kill reads it, and a kill writes nothing
  demo?.begin();
  if (isDemo && gateway !== undefined) void tellPanel(gateway.panelUrl, language, say);
  try {
    const end = await Promise.race(gateway === undefined ? [stopped] : [stopped, gateway.failed]);
    if (end instanceof GiroError) throw end;
    log.info({ signal: end }, 'gateway stopping');
  } finally {
    stopSaving();
    await service?.stop();
    await demo?.stopPeople();
    await gateway?.stop();
    await taps.close();
    await demo?.close();
    log.info({}, 'gateway stopped');
  }
}

async function openDemo(configuration: Configuration, json: boolean): Promise<Demo> {
  const [{ startDemo }, { notificationJson, notificationLine }] = await Promise.all([
    import('./demo.ts'),
    import('./receiver.ts'),
  ]);
  return startDemo(configuration, json ? notificationJson : notificationLine);
}

/** As daemons do. A terminal that is closed also hangs up: then the gateway ends, as without this. */
function reloadOnHangUp(gateway: Pick<Gateway, 'reload'>, log: Logger): void {
  const isInTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  if (process.platform === 'win32' || isInTerminal) return;
  process.on('SIGHUP', () => {
    gateway.reload().catch((error: unknown) => {
      log.error({ err: error }, 'a changed configuration was not applied whole');
    });
  });
}

function sayStarted(configuration: Configuration, log: Logger): void {
  log.info(
    {
      version,
      config: configuration.path,
      data: configuration.agent.data,
      turnstiles: configuration.turnstiles.length,
      webhooks: configuration.webhooks.filter(({ active }) => active).length,
    },
    'gateway started',
  );
  const note = unverifiedNote(configuration);
  if (note === undefined) return;
  const text = note.text[configuration.agent.language];
  log.warn({ webhooks: note.webhooks, text }, 'format pacto-plano is unverified');
}

/** The demo's screen says where the page is, once it is there: the first notification does not wait for it. */
async function tellPanel(
  opening: Promise<string | undefined>,
  language: Language,
  say: (text: string) => void,
): Promise<void> {
  const url = await opening;
  if (url !== undefined) say(`${PANEL_LINE[language]}: ${url}`);
}

const PANEL_LINE: Text = {
  en: 'Open in a browser to watch it live',
  'pt-BR': 'Abra no navegador para acompanhar ao vivo',
};

/** Resolves with the first stop signal. A later one, after the same Ctrl-C has had time to repeat, ends at once. */
function stopSignal(): { readonly stopped: Promise<NodeJS.Signals>; readonly stopping: AbortSignal } {
  const stopping = new AbortController();
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const nowMs = performance.now();
      if (firstAtMs === undefined) {
        firstAtMs = nowMs;
        stopping.abort();
        resolve(signal);
      } else if (nowMs - firstAtMs > SAME_SIGNAL_MS) {
        // Nothing is lost: what was accepted is committed, the rest was not acknowledged.
        process.exit(1);
      }
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
  return { stopped, stopping: stopping.signal };
}

const DEMO_LINES: Text = {
  en: `Giro ${version} demo: two simulated Henry turnstiles, and a receiver that verifies and prints each notification.
Next: npm run giro -- init (in another terminal) asks, and writes config/giro.yaml; then end this and npm start again.
Status: npm run giro -- status (in another terminal). Ctrl-C ends the demo.`,
  'pt-BR': `Demonstração do Giro ${version}: duas catracas Henry simuladas e um receptor que verifica e mostra cada notificação.
Próximo passo: npm run giro -- init (em outro terminal) pergunta e grava config/giro.yaml; depois encerre e rode npm start de novo.
Situação: npm run giro -- status (em outro terminal). Ctrl-C encerra a demonstração.`,
};
