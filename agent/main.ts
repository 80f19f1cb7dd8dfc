import './runtime-guard.mjs';

// Nothing else is imported before the guard has passed: the rest loads native code.
const { runCommandLine } = await import('./commands/command-line.ts');

process.exitCode = await runCommandLine(process.argv.slice(2));
