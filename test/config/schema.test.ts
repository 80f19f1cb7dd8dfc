import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { schemaFileText } from '../../config/json-schema.ts';
import { drivers } from '../../drivers/registry.ts';

const written = readFileSync('config/giro.schema.json', 'utf8');
const schema: object = JSON.parse(written);
const isValid = new Ajv2020({ allErrors: true }).compile(schema);

test('giro.schema.json is what the schema generates (npm run schema)', () => {
  assert.equal(written, schemaFileText(drivers));
});

for (const name of ['giro.example.yaml', 'demo.yaml']) {
  test(`accepts ${name}`, () => {
    isValid(parse(readFileSync(`config/${name}`, 'utf8')));
    assert.deepEqual(isValid.errors, null);
  });
}

const mistakes = [
  { name: 'an unknown key', from: 'swapDirection', to: 'swapDirections' },
  { name: 'an unknown driver', from: 'driver: henry', to: 'driver: henri' },
  { name: 'options of another driver', from: 'number: credential', to: 'passage: true' },
  { name: 'a missing option', from: 'pattern:', to: '# pattern:' },
  { name: 'a missing key', from: 'timezone:', to: '# timezone:' },
  { name: 'a bad id', from: 'id: crm', to: 'id: CRM' },
];

for (const { name, from, to } of mistakes) {
  test(`refuses ${name}`, () => {
    const example = readFileSync('config/giro.example.yaml', 'utf8');
    assert.ok(example.includes(from));
    assert.equal(isValid(parse(example.replace(from, to))), false);
  });
}

test('every key is described', () => {
  const bare: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties' && !path.endsWith('/if')) {
        for (const [name, property] of Object.entries(value as object)) {
          const isOptionsOfDriver = path.endsWith('/then') && name === 'options';
          if (!isOptionsOfDriver && typeof property.description !== 'string') bare.push(`${path}/${name}`);
        }
      }
      walk(value, `${path}/${key}`);
    }
  };
  walk(schema, '');
  assert.deepEqual(bare, []);
});

test('the contract of bodies is a schema', () => {
  const contract: object = JSON.parse(readFileSync('config/webhook.schema.json', 'utf8'));
  assert.equal(Reflect.get(contract, '$id'), 'urn:giro:webhook:v1');
  assert.equal(new Ajv2020({ strict: false }).validateSchema(contract), true);
});
