import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GiroProcess, type Program } from '../e2e/processes.ts';
import { COPY, Inside, skipWithoutRoot } from './root.ts';

const SYSTEMD = '/usr/lib/systemd/systemd';
/** Where control groups may be mounted, of either version. */
const GROUPS = ['', '/systemd', '/unified', '/devices', '/pids', '/memory'].map(
  (name) => `/sys/fs/cgroup${name}`,
);

/** Gives the machine control groups of its own, below those of this process, and namespaces. */
const ENTER = `
  set -e
  for group in ${GROUPS.join(' ')}; do
    [ -f $group/cgroup.procs ] || continue
    mkdir "$group/$2"
    echo $$ > "$group/$2/cgroup.procs"
  done
  exec unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child sh -c "$3" sh "$1"`;

/** Becomes systemd, whose unit `booted` tells whoever reads /root/booted that it is ready. */
const BOOT = `${COPY}
  root=$1/root
  mount -t proc proc $root/proc
  mount -t sysfs sysfs $root/sys
  for group in ${GROUPS.join(' ')}; do
    case $(stat -f -c %T $group 2>/dev/null) in
      cgroup2fs) mkdir -p $root$group; mount -t cgroup2 cgroup2 $root$group ;;
      tmpfs) mount -t tmpfs groups $root$group ;;
      cgroupfs)
        mkdir -p $root$group
        case $group in
          */systemd) mount -t cgroup -o none,name=systemd,xattr cgroup $root$group ;;
          *) mount -t cgroup -o $(basename $group) cgroup $root$group ;;
        esac ;;
    esac
  done
  mount -t tmpfs run $root/run
  mount --make-rshared $root/run
  ip link set lo up
  mkfifo $root/root/booted
  printf '%s\n' '[Unit]' 'DefaultDependencies=no' 'After=basic.target' '[Service]' \
    "ExecStart=/bin/sh -c 'echo booted > /root/booted'" > $root/etc/systemd/system/booted.service
  mkdir -p $root/etc/systemd/system/basic.target.wants
  ln -s ../booted.service $root/etc/systemd/system/basic.target.wants/
  echo 'first process'
  exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    chroot $root ${SYSTEMD} --system --unit=basic.target --log-target=journal --show-status=0`;

/** Why no machine can be booted here; `false` where one can. */
export function skipWithoutMachine(): string | false {
  if (!existsSync(SYSTEMD)) return `SKIPPED: ${SYSTEMD} missing, so nothing is proven here`;
  return skipWithoutRoot();
}

/** A copy of this system that runs under a systemd of its own: processes, network and files are the test's. */
export class Machine extends Inside implements AsyncDisposable {
  readonly #folder: string;
  readonly #holder: ChildProcess;
  readonly #beside: Inside;

  private constructor(folder: string, holder: ChildProcess, init: number) {
    const root = join(folder, 'root');
    const enter = (...spaces: string[]): Program => [
      'nsenter',
      `--target=${init}`,
      ...spaces,
      'chroot',
      root,
    ];
    super(enter('--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup'));
    this.#beside = new Inside(enter('--mount', '--net'));
    this.#folder = folder;
    this.#holder = holder;
  }

  static async boot(): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), 'giro-machine-'));
    // A test that is ended takes its machine with it.
    const enter = ['--pdeathsig=KILL', 'sh', '-c', ENTER, 'sh', folder, basename(folder), BOOT];
    const holder = spawn('setpriv', enter, {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
    assert.match(String(said), /first process/, 'the machine is mounted');
    const init = Number(readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8'));
    const machine = new Machine(folder, holder, init);
    const [program, ...args] = machine.command('cat', '/root/booted');
    await once(spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout, 'data');
    return machine;
  }

  /** A command on the machine's files and network that a signal reaches: not among its processes, which takes a fork. */
  start(...command: readonly string[]): GiroProcess {
    return new GiroProcess([], { program: this.#beside.command(...command) });
  }

  /** A property of the unit (systemctl show). */
  property(name: string): string {
    return this.must('systemctl', 'show', '--value', `--property=${name}`, 'giro');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#holder, 'exit');
    this.#holder.kill('SIGKILL'); // unshare's child, the first process, goes with it, and everything inside
    await ended;
    for (const group of GROUPS) removeGroups(join(group, basename(this.#folder)));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A control group and those below it, which are empty once the machine has ended. */
function removeGroups(group: string): void {
  if (!existsSync(group)) return;
  spawnSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'], { stdio: 'ignore' });
}
