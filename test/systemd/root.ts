import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Program } from '../e2e/processes.ts';

/** Mounts a copy of this system on which nothing that is written stays. */
export const COPY = `
  set -e
  mount -t tmpfs giro-test "$1"
  mkdir "$1/upper" "$1/work" "$1/root"
  mount -t overlay giro-test -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
  mount --rbind /dev "$1/root/dev"`;
/** Says when it is there, and keeps it while stdin is open. */
const MOUNT = `${COPY}
  mount --rbind /proc "$1/root/proc"
  echo mounted
  read -r _ || true`;
const ENVIRONMENT = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C', 'DEBIAN_FRONTEND=noninteractive'];

/** Why no root can be made here; `false` where one can. */
export function skipWithoutRoot(): string | false {
  const tools = ['dpkg-deb', 'dpkg', 'unshare', 'nsenter', 'setpriv', 'systemd-sysusers', 'systemd-tmpfiles'];
  const absent = tools.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  if (absent.length > 0) return `SKIPPED: ${absent.join(', ')} missing, so nothing is proven here`;
  const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
  return mayMount ? false : 'SKIPPED: no privilege to mount, so nothing is proven here';
}

/** The inside of a root file system, for root. */
export class Inside {
  readonly #entry: Program;

  /** `entry` is a command that runs another inside. */
  constructor(entry: Program) {
    this.#entry = entry;
  }

  /** The command line of what runs `command` inside. */
  command(...command: readonly string[]): Program {
    return [...this.#entry, 'env', '-i', ...ENVIRONMENT, ...command];
  }

  /** Runs a command inside. */
  run(...command: string[]): { readonly status: number | null; readonly output: string } {
    const [program, ...args] = this.command(...command);
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  /** Runs a command inside that has to succeed, and gives what it printed. */
  must(...command: string[]): string {
    const { status, output } = this.run(...command);
    assert.equal(status, 0, `${command.join(' ')}\n${output}`);
    return output.trim();
  }

  write(path: string, content: Uint8Array | string): void {
    const [program, ...args] = this.command('sh', '-c', `cat > ${path}`);
    const { status } = spawnSync(program, args, { input: content, stdio: ['pipe', 'inherit', 'inherit'] });
    assert.equal(status, 0, path);
  }

  /** Brings a file of this machine in, and gives its path inside. */
  bring(path: string): string {
    const inside = join('/root', basename(path));
    this.write(inside, readFileSync(path));
    return inside;
  }
}

/** A root file system for one test: this machine's, with everything that is written kept apart and forgotten. */
export class TestRoot extends Inside implements AsyncDisposable {
  readonly #folder: string;
  readonly #holder: ChildProcess;

  private constructor(folder: string, holder: ChildProcess) {
    super(['nsenter', `--target=${holder.pid}`, '--mount', 'chroot', join(folder, 'root')]);
    this.#folder = folder;
    this.#holder = holder;
  }

  static async open(): Promise<TestRoot> {
    const folder = mkdtempSync(join(tmpdir(), 'giro-root-'));
    const holder = spawn('unshare', ['--mount', 'sh', '-c', MOUNT, 'sh', folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [said] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
    assert.match(String(said), /mounted/, 'the root is mounted');
    return new TestRoot(folder, holder);
  }

  /** The installed program as the unit runs it: its user and groups, and nothing of the environment of this process. */
  service(): Program {
    this.must('install', '-d', '-o', 'giro', '-m', '0700', '/var/cache/giro'); // as CacheDirectory does
    return this.command(
      ...[
        'setpriv',
        '--reuid=giro',
        '--regid=giro',
        '--init-groups',
        '--no-new-privs',
        '--bounding-set=-all',
      ],
      ...['env', 'STATE_DIRECTORY=/var/lib/giro', 'NODE_COMPILE_CACHE=/var/cache/giro'],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holder.stdin?.end();
    if (this.#holder.exitCode === null) await once(this.#holder, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
