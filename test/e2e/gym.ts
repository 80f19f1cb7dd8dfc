import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GiroProcess, type Program } from './processes.ts';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** What `listen --json` prints of one delivery. */
export interface Delivered {
  readonly id: string;
  readonly repeated: boolean;
  readonly attempt: number;
  readonly replay: boolean;
  readonly sha256: string;
  readonly body: {
    readonly id: string;
    readonly sequencia: number;
    readonly ocorridoEm: string;
    readonly dispositivo: { readonly id: string };
    readonly acesso: Record<string, unknown> & { readonly registroDispositivo?: string };
    readonly pessoa: Record<string, unknown> | null;
    readonly credencial: { readonly referencia: string } | null;
  };
}

/** One gym for one test: a data folder, a configuration, a port for the receiver, and the processes it started. */
export class Gym {
  readonly folder = mkdtempSync(join(tmpdir(), 'giro-e2e-'));
  readonly config = join(this.folder, 'giro.yaml');
  readonly secret = SECRET;
  readonly receiverPort: number;
  readonly #program: Program | undefined;
  readonly #processes: GiroProcess[] = [];
  readonly #receivers: GiroProcess[] = [];
  readonly #parsed = new Map<GiroProcess, Delivered[]>();

  private constructor(receiverPort: number, program: Program | undefined) {
    this.receiverPort = receiverPort;
    this.#program = program;
  }

  /** `program`: an installed one, instead of this checkout. */
  static async open(program?: Program): Promise<Gym> {
    return new Gym(await freePort(), program);
  }

  /** Writes the configuration: these turnstiles, and one webhook at the receiver. */
  configure(turnstiles: string, webhook = ''): void {
    writeFileSync(
      this.config,
      `agent: { name: teste, language: en, data: ./data }
panel: { listen: off }
units:
  - { id: centro, name: Unidade Centro, company: 1, timezone: America/Sao_Paulo }
turnstiles:
${turnstiles}
webhooks:
  - id: crm
    url: http://127.0.0.1:${this.receiverPort}/giro
    secret: ${SECRET}
    allow: [http, loopback]
${webhook}`,
    );
  }

  start(...args: string[]): GiroProcess {
    return this.startIn({}, ...args);
  }

  /** Starts a command with more in its environment. */
  startIn(env: NodeJS.ProcessEnv, ...args: string[]): GiroProcess {
    const process = new GiroProcess(args, { env, cwd: this.folder, program: this.#program });
    this.#processes.push(process);
    return process;
  }

  async gateway(): Promise<GiroProcess> {
    const gateway = this.start('run', '--config', this.config);
    await gateway.line(/gateway started/);
    return gateway;
  }

  async receiver(...args: string[]): Promise<GiroProcess> {
    const receiver = this.start(
      'listen',
      '--port',
      String(this.receiverPort),
      '--secret',
      SECRET,
      '--json',
      ...args,
    );
    this.#receivers.push(receiver);
    await receiver.line(/listening on/);
    return receiver;
  }

  /** Everything that any receiver of this gym was sent, in order. */
  get delivered(): Delivered[] {
    return this.#receivers.flatMap((receiver) => this.#read(receiver));
  }

  /** How many different events that was. */
  get deliveredEvents(): number {
    return new Set(this.delivered.map(({ id }) => id)).size;
  }

  /** A line is parsed once: a test that waits looks after each of thousands. */
  #read(receiver: GiroProcess): readonly Delivered[] {
    const parsed = this.#parsed.get(receiver) ?? [];
    for (const line of receiver.stdout.slice(parsed.length)) parsed.push(JSON.parse(line) as Delivered);
    this.#parsed.set(receiver, parsed);
    return parsed;
  }

  /** Ends what still runs and removes the folder. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.end('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port that was free a moment ago, for a listener that must come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return address.port;
}
