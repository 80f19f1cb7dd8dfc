import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

/** The two cables: of the turnstiles, and of the webhook. */
export type Side = 'device' | 'webhook';
const SIDES: readonly Side[] = ['device', 'webhook'];

/** What the far end of a cable has; the gateway has .1. */
export const FAR: Readonly<Record<Side, string>> = { device: '10.231.1.2', webhook: '10.231.2.2' };
const NEAR: Readonly<Record<Side, string>> = { device: '10.231.1.1', webhook: '10.231.2.1' };

/**
 * Two network namespaces with two cables between them: the gateway's, and that of everything else. Nothing of it touches
 * the network of this machine.
 */
export class Network implements Disposable {
  readonly #near = `giro-chaos-${process.pid}-near`;
  readonly #far = `giro-chaos-${process.pid}-far`;

  constructor() {
    try {
      for (const name of [this.#near, this.#far]) {
        command('ip', 'netns', 'add', name);
        command('ip', '-n', name, 'link', 'set', 'lo', 'up');
      }
      for (const side of SIDES) this.#lay(side);
      this.#nft('add table inet chaos', 'add chain inet chaos input { type filter hook input priority 0; }');
      // The resolver of a namespace is whatever this file says; `ip netns exec` puts it in place.
      mkdirSync(`/etc/netns/${this.#near}`, { recursive: true });
      writeFileSync(`/etc/netns/${this.#near}/resolv.conf`, `nameserver ${FAR.webhook}\noptions timeout:1\n`);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** A command that runs another where the gateway lives. */
  get near(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#near];
  }

  /** The same, where everything else does. */
  get far(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#far];
  }

  /** Loses so many of a hundred packets that arrive at the far end of a cable, without a word: 100 is a black hole. */
  lose(side: Side, percent: number): void {
    const chance = percent === 100 ? '' : `numgen random mod 100 < ${percent}`;
    this.#nft(`add rule inet chaos input iifname "${side}" ${chance} drop`);
  }

  /** Pulls the cable out: the gateway is told that there is no way. */
  unplug(side: Side): void {
    command('ip', '-n', this.#near, 'link', 'set', side, 'down');
  }

  /** Both cables work again. */
  repair(): void {
    this.#nft('flush chain inet chaos input');
    for (const side of SIDES) command('ip', '-n', this.#near, 'link', 'set', side, 'up');
  }

  [Symbol.dispose](): void {
    for (const name of [this.#near, this.#far]) {
      spawnSync('ip', ['netns', 'del', name]);
      rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
    }
  }

  #lay(side: Side): void {
    command(
      'ip',
      '-n',
      this.#near,
      'link',
      'add',
      side,
      'type',
      'veth',
      'peer',
      'name',
      side,
      'netns',
      this.#far,
    );
    for (const [name, address] of [
      [this.#near, NEAR[side]],
      [this.#far, FAR[side]],
    ] as const) {
      command('ip', '-n', name, 'address', 'add', `${address}/24`, 'dev', side);
      command('ip', '-n', name, 'link', 'set', side, 'up');
    }
  }

  #nft(...lines: readonly string[]): void {
    const { status, stderr } = spawnSync('ip', ['netns', 'exec', this.#far, 'nft', '-f', '-'], {
      input: `${lines.join('\n')}\n`,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  }
}

function command(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${stderr}`);
}
