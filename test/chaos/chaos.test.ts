import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.ts';
import { SCENARIOS } from './scenarios.ts';
import { faultsOf } from './tally.ts';

/** Each run of the tests breaks the same things; `npm run chaos` breaks others. */
const SEED = Number(process.env.GIRO_CHAOS_SEED ?? 1);

for (const { name, what, missing, run } of SCENARIOS) {
  test(`${name}: ${what}`, async (t) => {
    const reason = missing?.();
    if (reason !== undefined) {
      t.skip(reason);
      return;
    }
    const note = (text: string): void => t.diagnostic(text);
    const tally = await run({ random: new Random(SEED), scale: 'short', note });
    const replay = `npm run chaos -- --short --only ${name} --seed ${SEED}`;
    assert.deepEqual(faultsOf(tally), [], `replay: ${replay}\n${JSON.stringify(tally)}`);
  });
}
