import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from '../../../config/check/mistakes.ts';
import { findHolders, type PortHolder } from '../../../drivers/links/serial-ports.ts';
import type { Finding, Patient } from './finding.ts';
import { listeningPlaces, serialPorts } from './places.ts';

/** In `/proc/net/tcp`. */
const LISTENING = '0A';

/** Whether what the gateway listens on and opens is its own, or free for it. Only Linux tells who has a port. */
export function checkPorts({ configuration, running }: Patient): readonly Finding[] {
  if (process.platform !== 'linux') return [];
  const sockets = listeningSockets();
  const places = listeningPlaces(configuration).map(({ subject, port }) => ({
    subject: `${subject}: ${port}`,
    files: (sockets.get(port) ?? []).map((inode) => `socket:[${inode}]`),
  }));
  const serial = serialPorts(configuration.turnstiles).map(({ subject, path }) => ({
    subject: `${subject}: ${path}`,
    files: [path],
  }));
  const { holders } = findHolders([...places, ...serial].flatMap(({ files }) => files));
  const owner = running ? ownerOf(configuration.agent.data) : undefined;
  return [
    ...places.map(({ subject, files }) =>
      judged(subject, {
        isTaken: files.length > 0,
        holders: files.flatMap((file) => holders.get(file) ?? []),
        owner,
        isExpected: running,
      }),
    ),
    ...serial.map(({ subject, files: [path = ''] }) => {
      const found = holders.get(path) ?? [];
      return existsSync(path)
        ? judged(subject, { isTaken: found.length > 0, holders: found, owner, isExpected: false })
        : noPort(subject);
    }),
  ];
}

interface Found {
  readonly isTaken: boolean;
  /** As far as this user may see. */
  readonly holders: readonly PortHolder[];
  /** Of the gateway that runs. */
  readonly owner: number | undefined;
  /** The gateway should have it now. */
  readonly isExpected: boolean;
}

function judged(subject: string, { isTaken, holders, owner, isExpected }: Found): Finding {
  const finding = { check: 'ports', subject } as const;
  const others = holders.filter(({ pid }) => pid !== owner);
  if (others.length > 0 || (isTaken && owner === undefined)) {
    const who = others.map(({ program, pid }) => `${program} (${pid})`).join(', ') || '?';
    return {
      ...finding,
      state: 'fail',
      cause: text(`in use by ${who}`, `em uso por ${who}`),
      action: text(
        'end that program, or give one of the two another port',
        'encerre esse programa ou use outra porta em um dos dois',
      ),
    };
  }
  if (isTaken) return { ...finding, state: 'ok', cause: text('held by the gateway', 'com o gateway') };
  if (!isExpected) return { ...finding, state: 'ok', cause: text('free', 'livre') };
  return {
    ...finding,
    state: 'warn',
    cause: text('the gateway runs and does not listen here', 'o gateway está rodando e não escuta aqui'),
    action: text(
      'see giro status; was the configuration changed since it was started?',
      'veja giro status; a configuração mudou depois que ele iniciou?',
    ),
  };
}

function noPort(subject: string): Finding {
  return {
    check: 'ports',
    state: 'fail',
    subject,
    cause: text('there is no such serial port', 'não existe esta porta serial'),
    action: text('plug the adapter in, or see giro ports', 'conecte o adaptador, ou veja giro portas'),
  };
}

/** Inodes of listening sockets, by port. */
function listeningSockets(): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!existsSync(table)) continue; // a kernel without IPv6
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state !== LISTENING || inode === undefined) continue;
      const port = Number.parseInt(local.split(':')[1] ?? '', 16);
      found.set(port, [...(found.get(port) ?? []), inode]);
    }
  }
  return found;
}

function ownerOf(folder: string): number | undefined {
  const path = join(folder, 'owner.pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
}
