import { z } from 'zod';
import type { Driver } from '../drivers/contract/driver.ts';
import { configurationSchema } from './schema.ts';

/** The JSON Schema (2020-12) of the configuration file, for editors: completion, descriptions, mistakes while typing. */
function configurationJsonSchema(drivers: readonly Driver[]): object {
  return z.toJSONSchema(configurationSchema(drivers.map(({ name }) => name)), {
    io: 'input',
    override: ({ path, jsonSchema }) => {
      if (path.join('/') === 'properties/turnstiles/items') jsonSchema.allOf = drivers.map(optionsOf);
    },
  });
}

/** What `options` may hold when `driver` names this one. */
function optionsOf({ name, options }: Driver): z.core.JSONSchema.JSONSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(options, { io: 'input' });
  const then: z.core.JSONSchema.JSONSchema = { properties: { options: schema } };
  if (schema.required !== undefined) then.required = ['options'];
  return { if: { properties: { driver: { const: name } }, required: ['driver'] }, then };
}

/** The text of giro.schema.json. */
export function schemaFileText(drivers: readonly Driver[]): string {
  return `${JSON.stringify(configurationJsonSchema(drivers), null, 2)}\n`;
}
