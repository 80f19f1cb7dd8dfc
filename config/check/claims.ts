import { isIPv6 } from 'node:net';
import { formatPeer, type LinkAddress } from '../../drivers/links/address.ts';
import type { ListenAddress } from './listen.ts';
import { type Place, type Problem, text } from './mistakes.ts';
import type { Path, Source } from './source.ts';

type Device = Exclude<LinkAddress, { readonly kind: 'tcp-listen' }>;

/** What a place of the file wants for itself: an address to listen on, or a device. */
export type Claim = { readonly path: Path } & (
  | { readonly kind: 'listener'; readonly listen: ListenAddress }
  | { readonly kind: 'device'; readonly device: Device }
);

/** Reports every claim that an earlier one of the file has already. */
export function checkClaims(
  claims: readonly Claim[],
  source: Source,
  report: (path: Path, problem: Problem) => void,
): void {
  const placed = claims
    .map((claim) => ({ claim, place: placeOf(source, claim) }))
    .sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || columnOf(a.place) - columnOf(b.place));
  for (const [index, { claim }] of placed.entries()) {
    const first = placed.slice(0, index).find((earlier) => collide(earlier.claim, claim));
    if (first !== undefined) report(claim.path, problemOf(claim, first.claim, first.place));
  }
}

/** Undefined for a default that the file does not write: it comes before whatever is written. */
function placeOf(source: Source, { path }: Claim): Place | undefined {
  return source.at(path) === undefined ? undefined : source.place(path);
}

function columnOf(place: Place | undefined): number {
  return place?.column ?? 0;
}

function collide(a: Claim, b: Claim): boolean {
  if (a.kind === 'listener') return b.kind === 'listener' && isSameListener(a.listen, b.listen);
  return b.kind === 'device' && keyOf(a.device) === keyOf(b.device);
}

function isSameListener(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return covers(a.host, b.host) || covers(b.host, a.host);
}

/** `::` takes IPv4 as well. */
function covers(host: string, other: string): boolean {
  if (host === '::') return true;
  if (host === '0.0.0.0') return !isIPv6(other);
  return numeric(host) === numeric(other);
}

function numeric(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'localhost' ? '127.0.0.1' : lower;
}

function keyOf(device: Device): string {
  return device.kind === 'serial' ? device.path : formatPeer(device.host.toLowerCase(), device.port);
}

function problemOf(claim: Claim, other: Claim, place: Place | undefined): Problem {
  if (claim.kind === 'device') {
    const line = place?.line;
    return {
      message: text(
        `the device at ${keyOf(claim.device)} is already in line ${line}`,
        `o equipamento em ${keyOf(claim.device)} já está na linha ${line}`,
      ),
      help: text(
        'a device takes one connection: give each turnstile the address of its own',
        'um equipamento aceita uma conexão: dê a cada catraca o endereço do seu',
      ),
    };
  }
  const { host, port } = claim.listen;
  const [en, pt] =
    place === undefined
      ? [`the panel, where nothing else is said`, 'pelo painel, quando nada mais é dito']
      : [`line ${place.line}`, `na linha ${place.line}`];
  const taken = other.kind === 'listener' ? formatPeer(other.listen.host, other.listen.port) : '';
  return {
    message: text(
      `${formatPeer(host, port)} is taken by ${en} (${taken})`,
      `${formatPeer(host, port)} já é usado ${pt} (${taken})`,
    ),
    help: text('give each listener a port of its own', 'dê a cada um a sua própria porta'),
  };
}
