import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './gym.ts';
import { GiroProcess } from './processes.ts';

const SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const PATH = '/Zk3mQ9vT1xLs8RnB4wHcE7';

/** What `listen --json` prints of one delivery of a cloud event. */
export interface CloudDelivery {
  readonly id: string;
  readonly sha256: string;
  readonly format: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly body: {
    readonly id: string;
    readonly evento: string;
    readonly sequencia: number;
    readonly conteudoSha256: string;
    readonly unidade: { readonly apelido: string };
    readonly nuvem: { readonly canal: string; readonly tipoConteudo: string };
  };
}

/** One gym behind NAT: its gateway asks the inbox, its receiver listens. */
export class ChainGym {
  readonly unit: string;
  readonly token: string;
  gateway: GiroProcess | undefined;
  receiver: GiroProcess | undefined;
  readonly #folder: string;
  readonly #port: number;
  readonly #lines: string[] = [];

  constructor(folder: string, unit: string, port: number) {
    this.#folder = folder;
    this.unit = unit;
    this.token = `giro_${unit.padEnd(24, '0')}`;
    this.#port = port;
  }

  get config(): string {
    return join(this.#folder, `${this.unit}.yaml`);
  }

  /** Two webhooks at one receiver: the envelope, and the bytes as they came. */
  configure(relay: string, port = this.#port): void {
    const webhook = (id: string, format: string): string => `
  - { id: ${id}, url: "http://127.0.0.1:${port}/", secret: ${SECRET}, format: ${format}, allow: [http, loopback] }`;
    writeFileSync(
      this.config,
      `agent: { name: ${this.unit}, language: en, data: ./data-${this.unit} }
panel: { listen: off }
units:
  - { id: loja, company: 1, timezone: America/Sao_Paulo }
turnstiles: []
webhooks:${webhook('envelope', 'giro')}${webhook('bytes', 'transparente')}
relay:
  - id: pacto
    unit: loja
    token: ${this.token}
    allow: [http, loopback]
${relay}`,
    );
  }

  async start(): Promise<GiroProcess> {
    this.gateway = new GiroProcess(['run', '--config', this.config], { cwd: this.#folder });
    await this.gateway.line(/gateway started/);
    return this.gateway;
  }

  async listen(): Promise<GiroProcess> {
    this.#lines.push(...(this.receiver?.stdout ?? []));
    this.receiver = new GiroProcess(['listen', '--port', String(this.#port), '--secret', SECRET, '--json'], {
      cwd: this.#folder,
    });
    await this.receiver.line(/listening on/);
    return this.receiver;
  }

  /** Everything that was ever delivered, in order. */
  get delivered(): CloudDelivery[] {
    const lines = [...this.#lines, ...(this.receiver?.stdout ?? [])];
    return lines.map((line) => JSON.parse(line) as CloudDelivery);
  }

  /** What is known of each different event, by its id. */
  get events(): Map<string, { sha256: string; channel: string; evento: string }> {
    const events = new Map<string, { sha256: string; channel: string; evento: string }>();
    for (const { format, body } of this.delivered) {
      if (format !== 'giro') continue;
      const { id, conteudoSha256: sha256, nuvem, evento } = body;
      events.set(id, { sha256, channel: nuvem.canal, evento });
    }
    return events;
  }
}

/** A cloud, an inbox, gyms that read it and their receivers, each in a process of its own. */
export class Chain {
  readonly folder = mkdtempSync(join(tmpdir(), 'giro-relay-'));
  readonly inboxConfig = join(this.folder, 'inbox.yaml');
  readonly gyms: ChainGym[];
  inbox: GiroProcess | undefined;
  readonly feedPort: number;
  readonly #postPort: number;

  private constructor(units: readonly string[], ports: readonly number[]) {
    this.#postPort = ports[0]!;
    this.feedPort = ports[1]!;
    this.gyms = units.map((unit, place) => new ChainGym(this.folder, unit, ports[2 + place]!));
    const hash = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`;
    writeFileSync(
      this.inboxConfig,
      `agent: { name: inbox, language: en, data: ./data-inbox }
panel: { listen: off }
units:
${units.map((unit, place) => `  - { id: ${unit}, company: ${place + 1}, key: "${String(place).repeat(32)}", timezone: America/Sao_Paulo }\n`).join('')}
turnstiles: []
relay:
  - id: pacto
    receive: { listen: "127.0.0.1:${this.#postPort}", path: ${PATH}, members: { id: [numero] } }
feed:
  listen: 127.0.0.1:${this.feedPort}
  consumers:
${this.gyms.map(({ unit, token }) => `    - { id: ${unit}, unit: ${unit}, tokens: ["${hash(token)}"] }\n`).join('')}`,
    );
  }

  static async open(...units: string[]): Promise<Chain> {
    const ports: number[] = [];
    for (let count = 0; count < units.length + 2; count += 1) ports.push(await freePort());
    return new Chain(units, ports);
  }

  async start(): Promise<GiroProcess> {
    this.inbox = new GiroProcess(['run', '--config', this.inboxConfig], { cwd: this.folder });
    await this.inbox.line(/feed listens/);
    await this.inbox.line(/relay endpoint listens/);
    return this.inbox;
  }

  /** Posts as the cloud does; false when no 202 came. */
  async post(body: Uint8Array, contentType = 'application/json'): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.#postPort}${PATH}`, {
        method: 'POST',
        body: Buffer.from(body),
        headers: { 'content-type': contentType },
        signal: AbortSignal.timeout(20_000),
      });
      await answer.arrayBuffer();
      return answer.status === 202;
    } catch {
      return false; // the inbox was killed: the cloud of this test comes again
    }
  }

  async close(): Promise<void> {
    const all = [this.inbox, ...this.gyms.flatMap(({ gateway, receiver }) => [gateway, receiver])];
    await Promise.all(all.map((process) => process?.end('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
