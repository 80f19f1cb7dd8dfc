import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GiroProcess } from '../e2e/processes.ts';
import { type Behaviour, WELL } from './behaviour.ts';
import { Part } from './part.ts';
import type { Receiver } from './receiver-child.ts';
import type { Source } from './source-child.ts';
import type { Tally } from './tally.ts';

/** Where the parts run; as a command that runs another, empty for here. */
interface Places {
  readonly gateway?: readonly string[];
  readonly source?: readonly string[];
  readonly receiver?: readonly string[];
}

export interface SiteOptions {
  /** For the receiver's refusals. */
  readonly seed: number;
  readonly turnstiles?: number;
  /** Lines on the way without an acknowledgement, each controller. */
  readonly window?: number;
  /** Folder of the installation; made and removed if there is none. */
  readonly folder?: string;
  readonly within?: Places;
  /** Addresses on which controllers and receiver listen. */
  readonly sourceHost?: string;
  readonly receiverHost?: string;
  /** What the configuration says instead of where the parts listen: a proxy, a name. */
  readonly dial?: {
    readonly source?: (port: number) => string;
    readonly receiver?: (port: number) => string;
  };
  /** Further lines of the webhook. */
  readonly webhook?: string;
}

/** An installation: controllers and a receiver in processes of their own, and the gateway between them. */
export class Site implements AsyncDisposable {
  readonly folder: string;
  readonly source: Part<Source>;
  readonly receiver: Part<Receiver>;
  readonly #options: SiteOptions;
  readonly #gateways: GiroProcess[] = [];

  private constructor(options: SiteOptions) {
    this.#options = options;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'giro-chaos-'));
    this.source = new Part<Source>('./source-child.ts', options.within?.source);
    this.receiver = new Part<Receiver>('./receiver-child.ts', options.within?.receiver);
  }

  static async open(options: SiteOptions): Promise<Site> {
    const site = new Site(options);
    try {
      await site.#configure();
      return site;
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
  }

  get config(): string {
    return join(this.folder, 'giro.yaml');
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** Starts the gateway and waits for nothing. The log tells what is wrong, not each access. */
  launch(env: NodeJS.ProcessEnv = {}): GiroProcess {
    const gateway = new GiroProcess(['run', '--config', this.config], {
      cwd: this.folder,
      env: { GIRO_LOG: 'warn', ...env },
      within: this.#options.within?.gateway ?? [],
    });
    this.#gateways.push(gateway);
    return gateway;
  }

  /** Starts the gateway and waits until it serves every controller. */
  async start(env: NodeJS.ProcessEnv = {}): Promise<GiroProcess> {
    const gateway = this.launch(env);
    await gateway.whileRunning(this.source.ask('connected', undefined));
    return gateway;
  }

  /** Another command on this installation. */
  async command(...args: readonly string[]): Promise<string> {
    const command = new GiroProcess([...args, '--config', this.config], { cwd: this.folder });
    await command.exit;
    return command.stdout.join('\n');
  }

  behave(behaviour: Behaviour): Promise<void> {
    return this.receiver.ask('behave', behaviour);
  }

  /** How many records the controllers are rid of. */
  async accepted(): Promise<number> {
    return total(await this.source.ask('count', undefined));
  }

  /**
   * With a running gateway: lets everything arrive that still can, and counts. `others`: accepted before, by turnstile.
   */
  async settle(gateway: GiroProcess, others: ReadonlyMap<string, number> = new Map()): Promise<Tally> {
    await this.source.ask('rate', { perSecond: 0 });
    await this.behave(WELL);
    await gateway.whileRunning(this.source.ask('drained', undefined));
    const acknowledged = new Map([...others, ...(await this.source.ask('count', undefined))]);
    const count = total(acknowledged);
    await gateway.whileRunning(this.receiver.ask('delivered', { count }));
    return await this.receiver.ask('tally', { acknowledged });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#gateways.map((gateway) => gateway.end('SIGKILL')));
    await Promise.all([this.source[Symbol.asyncDispose](), this.receiver[Symbol.asyncDispose]()]);
    if (this.#options.folder === undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  async #configure(): Promise<void> {
    const { seed, turnstiles = 4, window = 64, dial, webhook = '' } = this.#options;
    const { sourceHost = '127.0.0.1', receiverHost = '127.0.0.1' } = this.#options;
    const ids = Array.from({ length: turnstiles }, (_, index) => `catraca-${index + 1}`);
    const [ports, receiverPort] = await Promise.all([
      this.source.ask('listen', { turnstiles: ids, host: sourceHost, window }),
      this.receiver.ask('listen', { host: receiverHost, port: 0, seed }),
    ]);
    const device = dial?.source ?? ((port) => `tcp://${sourceHost}:${port}`);
    const url = (dial?.receiver ?? ((port) => `http://${receiverHost}:${port}/giro`))(receiverPort);
    writeFileSync(
      this.config,
      `agent: { name: caos, language: en, data: ./data }
units:
  - { id: centro, name: Unidade Centro, company: 1, timezone: America/Sao_Paulo }
turnstiles:
${ids.map((id, index) => turnstile(id, device(ports[index] ?? 0))).join('')}
webhooks:
  - id: crm
    url: ${url}
    secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
    allow: [http, loopback]
${webhook}`,
    );
  }
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function turnstile(id: string, connect: string): string {
  return `  - id: ${id}
    unit: centro
    driver: lines
    connect: ${connect}
    options:
      pattern: '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\d+);(?<direction>\\w+);(?<result>\\w+);(?<credential>\\d+)$'
      time: iso
      direction: { in: entrada, out: saida }
      result: { granted: liberado }
      kind: { card: cartao }
      passage: true
      ack: "OK\\n"
`;
}
