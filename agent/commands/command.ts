import type { Command } from 'commander';
import type { Language } from '../../drivers/base/language.ts';

/** Adds one command to the program. What it needs is imported when it runs, so that `--help` stays quick. */
export type DescribeCommand = (program: Command, language: Language) => void;
