// Runs the tests (all, or the files and folders given) and ends with the plain line that CI reads.
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const wanted = process.argv.slice(2);
const files = globSync('test/**/*.test.ts')
  .filter((file) => wanted.length === 0 || wanted.some((path) => file.startsWith(path.replace(/^\.\//, ''))))
  .sort();

// Two at a time: the end-to-end tests start processes of their own.
const stream = run({ files, concurrency: 2 });
stream.on('test:summary', ({ file, counts }) => {
  if (file !== undefined) return;
  const { passed, skipped } = counts;
  const failed = counts.tests - passed - skipped - counts.todo;
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  process.once('exit', () => console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`));
});
stream.compose(new spec()).pipe(process.stdout);
