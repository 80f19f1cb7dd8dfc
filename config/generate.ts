// Writes giro.schema.json; with --check only tells (exit code 1) whether the file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { drivers } from '../drivers/registry.ts';
import { schemaFileText } from './json-schema.ts';

const file = new URL('giro.schema.json', import.meta.url);
const text = schemaFileText(drivers);

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('config/giro.schema.json is stale: npm run schema');
  process.exitCode = 1;
}
