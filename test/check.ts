// Everything about the tree that can be judged without running the program; runs all of it, then tells the verdict.
import { spawnSync } from 'node:child_process';

const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['lint and format', 'biome', 'ci', '--error-on-warnings', '.'],
  ['unused files, exports and dependencies', 'knip'],
  ['configuration schema', process.execPath, 'config/generate.ts', '--check'],
  ['import directions', process.execPath, '--test', '--test-reporter=dot', 'test/imports.test.ts'],
];

const failed = CHECKS.filter(([name, command, ...args]) => {
  console.log(`check: ${name}`);
  return spawnSync(command, args, { stdio: 'inherit' }).status !== 0;
});
for (const [name] of failed) console.error(`check failed: ${name}`);
process.exitCode = failed.length === 0 ? 0 : 1;
