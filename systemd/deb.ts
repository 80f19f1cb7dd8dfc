import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { MIGRATIONS } from '../agent/journal/migrations.ts';
import { buildProgram } from './build.ts';
import type { Target } from './packages.ts';
import { findRuntime } from './runtime.ts';

const ARCHITECTURE = { x64: 'amd64', arm64: 'arm64' } as const;
const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'] as const;

interface DebOptions {
  readonly arch: Target['arch'];
  /** Seconds since the Unix epoch: the time of every file inside. */
  readonly epochS: number;
  /** Instead of the one in package.json. */
  readonly version?: string;
  /** Newest schema of the journal that it takes over, instead of the program's; a test makes an older package by it. */
  readonly schema?: number;
  /** Of dpkg-deb; a test has no time for the best. */
  readonly compression?: readonly string[];
}

/** Makes the Debian package of a checkout in `folder` and gives its path. Needs dpkg-deb, and npm for another architecture. */
export async function buildDeb(root: string, folder: string, options: DebOptions): Promise<string> {
  const { arch, epochS, schema = MIGRATIONS.length, compression = ['-Zxz', '-z6'] } = options;
  const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = `${options.version ?? project.version}-1`;
  const tree = mkdtempSync(join(tmpdir(), 'giro-deb-'));
  try {
    await installProgram(root, tree, arch);
    installService(root, tree);
    installDocuments(root, tree, version, epochS);
    installControl(root, tree, {
      '@VERSION@': version,
      '@ARCHITECTURE@': ARCHITECTURE[arch],
      '@SCHEMA@': String(schema),
    });
    settle(tree, epochS);
    mkdirSync(folder, { recursive: true });
    const deb = join(folder, `giro_${version}_${ARCHITECTURE[arch]}.deb`);
    run('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, deb], epochS);
    return deb;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

async function installProgram(root: string, tree: string, arch: Target['arch']): Promise<void> {
  const program = join(tree, 'usr/lib/giro');
  await buildProgram(root, program, { platform: 'linux', arch });
  const runtime = findRuntime(root, arch);
  put(join(runtime, 'bin/node'), join(program, 'bin/node'), 0o755);
  put(join(runtime, 'LICENSE'), join(tree, 'usr/share/doc/giro/LICENSE.node'));
  put(join(root, 'systemd/deb/giro'), join(tree, 'usr/bin/giro'), 0o755);
}

function installService(root: string, tree: string): void {
  const service = join(root, 'systemd');
  put(join(service, 'giro.service'), join(tree, 'usr/lib/systemd/system/giro.service'));
  put(join(service, 'giro.sysusers'), join(tree, 'usr/lib/sysusers.d/giro.conf'));
  put(join(service, 'giro.tmpfiles'), join(tree, 'usr/lib/tmpfiles.d/giro.conf'));
  put(join(service, '61-giro.rules'), join(tree, 'usr/lib/udev/rules.d/61-giro.rules'));
  put(join(service, 'deb/default'), join(tree, 'etc/default/giro'));
}

function installDocuments(root: string, tree: string, version: string, epochS: number): void {
  const documents = join(tree, 'usr/share/doc/giro');
  put(join(root, 'LICENSE'), join(documents, 'copyright'));
  for (const file of ['README.md', 'README.pt-BR.md'])
    putZipped(readFileSync(join(root, file)), join(documents, `${file}.gz`));
  putZipped(readFileSync(join(root, 'CHANGELOG.md')), join(documents, 'changelog.gz'));
  const date = new Date(epochS * 1000).toUTCString().replace('GMT', '+0000');
  const entry = `giro (${version}) stable; urgency=medium\n\n  * See changelog.gz.\n\n -- Giro <giro@localhost>  ${date}\n`;
  putZipped(Buffer.from(entry), join(documents, 'changelog.Debian.gz'));
  // Where a technician looks for it; the schema beside it serves editors.
  for (const file of ['giro.example.yaml', 'giro.schema.json'])
    put(join(root, 'config', file), join(documents, 'examples', file));
  putZipped(Buffer.from(manual(root, version, epochS)), join(tree, 'usr/share/man/man1/giro.1.gz'));
  put(join(root, 'systemd/deb/lintian-overrides'), join(tree, 'usr/share/lintian/overrides/giro'));
}

/** giro(1) from the program's own help, so that it can't fall behind. */
function manual(root: string, version: string, epochS: number): string {
  const help = spawnSync(process.execPath, [join(root, 'agent/main.ts'), '--help'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', COLUMNS: '78' },
  });
  assert.equal(help.status, 0, help.stderr);
  const date = new Date(epochS * 1000).toISOString().slice(0, 10);
  const text = help.stdout
    .trimEnd()
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1');
  return `.TH GIRO 1 "${date}" "giro ${version}"
.SH NAME
giro \\- turnstile gateway for gyms
.SH SYNOPSIS
.B giro
.I command
.RI [ options ]
.SH DESCRIPTION
.nf
${text}
.fi
.SH FILES
.TP
.I /etc/giro/giro.yaml
The configuration; without it the service waits.
.TP
.I /etc/default/giro
Environment of the service.
.TP
.I /var/lib/giro
Events, queues and the key of this installation.
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)
`;
}

function installControl(root: string, tree: string, values: Readonly<Record<string, string>>): void {
  const control = join(tree, 'DEBIAN');
  const kib = globSync('**/*', { cwd: tree, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + Math.ceil(lstatSync(join(parentPath, name)).size / 1024), 0);
  const filled = { ...values, '@INSTALLED_SIZE@': String(kib) };
  const fill = (name: string, mode: number): void => {
    const template = readFileSync(join(root, 'systemd/deb', name), 'utf8');
    const content = Object.entries(filled).reduce(
      (text, [placeholder, value]) => text.replaceAll(placeholder, value),
      template,
    );
    writeFileSync(join(control, name), content, { mode });
  };
  mkdirSync(control);
  writeFileSync(join(control, 'md5sums'), checksums(tree));
  fill('control', 0o644);
  writeFileSync(join(control, 'conffiles'), '/etc/default/giro\n');
  for (const script of SCRIPTS) fill(script, 0o755);
}

function checksums(tree: string): string {
  return globSync('{usr,etc}/**/*', { cwd: tree, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${createHash('md5').update(readFileSync(path)).digest('hex')}  ${relative(tree, path)}\n`)
    .join('');
}

/** Whatever the umask and the clock of this machine, the same sources give the same bytes. */
function settle(tree: string, epochS: number): void {
  for (const path of globSync('**', { cwd: tree }).map((path) => join(tree, path))) {
    const stat = lstatSync(path);
    const isProgram = stat.isDirectory() || (stat.mode & 0o100) !== 0;
    chmodSync(path, isProgram ? 0o755 : 0o644);
    utimesSync(path, epochS, epochS);
  }
}

function put(from: string, to: string, mode = 0o644): void {
  cpSync(from, to);
  chmodSync(to, mode);
}

function putZipped(content: Uint8Array, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, gzipSync(content, { level: 9 }));
}

function run(program: string, args: readonly string[], epochS: number): void {
  const { status, error } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epochS) },
  });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}`);
}
