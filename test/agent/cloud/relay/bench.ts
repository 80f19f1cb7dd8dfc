// How long an event of the cloud takes from its post at an inbox to the gym's receiver, by the stream: three processes
// of Giro's on loopback, and the receiver in this one. Run: node test/agent/relay/bench.ts [EVENTS] [EVERY_MS]
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Chain } from '../../../e2e/chain.ts';

const count = Number(process.argv[2] ?? 1_000);
const everyMs = Number(process.argv[3] ?? 20);
const KEY = '0'.repeat(32);

const arrivedAt = new Map<number, number>();
let heard = (): void => {};
const receiver = createServer((request, response) => {
  const chunks: Uint8Array[] = [];
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(204).end();
    const { conteudo } = JSON.parse(Buffer.concat(chunks).toString()) as { conteudo?: { numero: number } };
    if (conteudo !== undefined && !arrivedAt.has(conteudo.numero)) {
      arrivedAt.set(conteudo.numero, performance.now());
      heard();
    }
  });
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');

const chain = await Chain.open('centro');
try {
  await chain.start();
  const [gym] = chain.gyms;
  gym?.configure(
    `    stream: http://127.0.0.1:${chain.feedPort}/v1/stream\n`,
    (receiver.address() as AddressInfo).port,
  );
  await (await gym?.start())?.line(/cloud events can come/);
  const postedAt: number[] = [];
  const takenAfter: number[] = [];
  for (let numero = 0; numero < count; numero += 1) {
    postedAt[numero] = performance.now();
    const body = JSON.stringify({ evento: 'notificarPagamento', chave: KEY, empresa: 1, numero });
    if (!(await chain.post(Buffer.from(body)))) throw new Error('not taken');
    takenAfter.push(performance.now() - (postedAt[numero] ?? 0));
    await pause(everyMs);
  }
  while (arrivedAt.size < count) {
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  }
  report('post to 202', takenAfter);
  report(
    'post to receiver',
    postedAt.map((atMs, numero) => (arrivedAt.get(numero) ?? Number.NaN) - atMs),
  );
} finally {
  await chain.close();
  receiver.closeAllConnections();
  receiver.close();
}

function report(what: string, unsortedMs: readonly number[]): void {
  const sorted = [...unsortedMs].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1);
  console.log(`${what}: ${sorted.length} events, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`);
}
