import { Command, CommanderError } from 'commander';
import { localeLanguage } from '../../config/check/language.ts';
import { ConfigurationError, formatMistakes } from '../../config/check/mistakes.ts';
import { ERRORS, GiroError } from '../../drivers/base/errors.ts';
import type { Language } from '../../drivers/base/language.ts';
import { version } from '../base/version.ts';
import { describeBackup, describeRestore } from './backup.ts';
import { describeCheck } from './check.ts';
import type { DescribeCommand } from './command.ts';
import { describeCompletion } from './completion.ts';
import { describeDeliveries, describeParked } from './deliveries.ts';
import { describeDiagnose } from './diagnose.ts';
import { describeDiscover } from './discover.ts';
import { describeDoctor } from './doctor.ts';
import { describeEvents } from './events.ts';
import { describeFeed } from './feed.ts';
import { describeForget } from './forget.ts';
import { inPortuguese } from './help.ts';
import { describeInit } from './init.ts';
import { describeListen } from './listen.ts';
import { describeExport, describeImport } from './moving.ts';
import { describeDiscard, describeResend } from './operations.ts';
import { describePanel } from './panel.ts';
import { describePause, describeResume } from './pause.ts';
import { describePorts } from './ports.ts';
import { describeReload } from './reload.ts';
import { describeReplay } from './replay.ts';
import { describeRun } from './run.ts';
import { describeSecret } from './secret.ts';
import { describeService } from './service.ts';
import { describeSimulate } from './simulate.ts';
import { describeStatus } from './status.ts';
import { describeTest } from './test.ts';
import { describeTestar } from './testar.ts';
import { describeVersion } from './version.ts';
import { describeWatch } from './watch.ts';

const EX_OK = 0;
const EX_SOFTWARE = 1;
const EX_USAGE = 64;

const COMMANDS: readonly DescribeCommand[] = [
  describeInit,
  describeRun,
  describeCheck,
  describeDiscover,
  describePorts,
  describeReload,
  describeStatus,
  describeEvents,
  describeDeliveries,
  describeParked,
  describeResend,
  describeDiscard,
  describePause,
  describeResume,
  describeTest,
  describeWatch,
  describeTestar,
  describeReplay,
  describeDoctor,
  describeDiagnose,
  describeSimulate,
  describeListen,
  describeSecret,
  describeFeed,
  describeBackup,
  describeRestore,
  describeExport,
  describeImport,
  describeForget,
  describeVersion,
  describeService,
  describePanel,
  describeCompletion,
];

/** Runs one command line; resolves with the exit code (0 fine, 1 problem, 64 usage, 69 unavailable, 78 configuration). */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const language = localeLanguage(process.env);
  const program = describedProgram(language);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? EX_OK);
  } catch (error) {
    return failed(error, language);
  }
}

/** The program with all its commands, whose help is in the reader's language. */
export function describedProgram(language: Language): Command {
  const program = new Command('giro')
    .description('Turnstile gateway: hears every access, keeps it, delivers it to your webhook')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(giro --help)');
  for (const describe of COMMANDS) describe(program, language);
  for (const command of program.commands) command.exitOverride();
  if (language === 'pt-BR') inPortuguese(program);
  return program;
}

function failed(error: unknown, language: Language): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EX_OK : EX_USAGE;
  if (error instanceof ConfigurationError) {
    console.error(formatMistakes(error.mistakes, error.language));
    return ERRORS[error.code].exitCode;
  }
  if (error instanceof GiroError) {
    const { summary, remedy, exitCode } = ERRORS[error.code];
    console.error(`giro: ${summary[language]}: ${error.message}\n  ${error.hint ?? remedy[language]}`);
    return exitCode;
  }
  // Not one of ours: a fault of the program, and its stack is what we need to be told.
  console.error(error);
  return EX_SOFTWARE;
}
