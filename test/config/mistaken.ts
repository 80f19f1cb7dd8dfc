import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, formatMistakes } from '../../config/check/mistakes.ts';
import { readConfiguration } from '../../config/read.ts';
import { fakeDrivers, GOOD } from './fakes.ts';

export const PATH = 'config/giro.yaml';

/** What a driver says in English alone. */
const ONLY_ENGLISH = 'pattern: must end with $';

interface Case {
  readonly name: string;
  /** What is replaced in the good configuration, and by what. */
  readonly from: string;
  readonly to: string;
  /** What is printed, as `printed` gives it. */
  readonly want: readonly string[];
}

/** One test a case. */
export function each(cases: readonly Case[]): void {
  for (const { name, from, to, want } of cases) {
    test(name, () => {
      assert.equal(GOOD.split(from).length, 2, 'stands once in the good configuration');
      assertPrinted(mistakesOf(GOOD.replace(from, () => to)), want);
    });
  }
}

/** The exact English, and Portuguese of its own. */
export function assertPrinted(error: ConfigurationError, want: readonly string[]): void {
  assert.deepEqual(printed(error), want);
  for (const { message, help } of error.mistakes) {
    if (message.en !== ONLY_ENGLISH) assert.notEqual(message.en as string, message['pt-BR']);
    if (help !== undefined) assert.notEqual(help.en as string, help['pt-BR']);
  }
}

/** What is printed in English, without the file's name before each mistake and the folder of this checkout. */
export function printed(error: ConfigurationError): string[] {
  return formatMistakes(error.mistakes, 'en')
    .replaceAll(`${process.cwd()}/`, '')
    .replaceAll(`${PATH}:`, '')
    .split('\n');
}

export function mistakesOf(file: string | Uint8Array): ConfigurationError {
  try {
    readConfiguration(Buffer.from(file), PATH, { env: {}, drivers: fakeDrivers });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  return assert.fail('the configuration has no mistake');
}
