import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buildGateway } from './program.ts';
import { runScenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { faultsOf } from './tally.ts';

/** Each run of the tests breaks the same things; `npm run chaos` breaks others. */
const SEED = Number(process.env.GIRO_CHAOS_SEED ?? 1);

let built: Awaited<ReturnType<typeof buildGateway>>;
before(async () => {
  built = await buildGateway();
});
after(() => built[Symbol.dispose]());

for (const scenario of SCENARIOS) {
  const { name, what } = scenario;
  test(`${name}: ${what}`, async (t) => {
    const reason = scenario.missing?.();
    if (reason !== undefined) {
      t.skip(reason);
      return;
    }
    const note = (text: string): void => t.diagnostic(text);
    const tally = await runScenario(scenario, SEED, { scale: 'short', note, program: built.program });
    const replay = `npm run chaos -- --short --only ${name} --seed ${SEED}`;
    assert.deepEqual(faultsOf(tally), [], `replay: ${replay}\n${JSON.stringify(tally)}`);
  });
}
