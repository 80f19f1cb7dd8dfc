import './runtime-guard.mjs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// The start after a kill takes half the time: the gym's software behind a tap waits for it. Not in the machine's
// common temporary folder, where somebody else could put code for us.
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/giro', import.meta.url)));

// Nothing else is imported before the guard has passed: the rest loads native code.
const { runCommandLine } = await import('./commands/command-line.ts');

process.exitCode = await runCommandLine(process.argv.slice(2));
