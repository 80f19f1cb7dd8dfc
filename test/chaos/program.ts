import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildProgram } from '../../systemd/build.ts';
import type { Program } from '../e2e/processes.ts';
import { asInstalled } from '../installed.ts';

/** The gateway as the package ships it, built of this checkout into a folder that goes with it. */
export async function buildGateway(): Promise<{ readonly program: Program } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), 'giro-chaos-program-'));
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
  await buildProgram(resolve('.'), folder, { platform: process.platform, arch });
  return {
    program: asInstalled(join(folder, 'agent/main.js')),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
