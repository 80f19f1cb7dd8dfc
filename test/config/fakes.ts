import { z } from 'zod';
import { type Driver, defineDriver } from '../../drivers/contract/driver.ts';
import type { LinkKind } from '../../drivers/links/link.ts';

/** Drivers that are only a name, links and options: what a configuration knows of one. */
export const fakeDrivers: readonly Driver[] = [
  fake('henry', ['tcp', 'tcp-listen'], {
    decide: z.enum(['never', 'grantAll', 'denyAll']).default('never'),
    releaseSeconds: z.int().min(2).max(30).default(5),
    readers: z.partialRecord(z.enum(['1', '2']), z.enum(['cartao', 'digital'])).default({}),
  }),
  fake('lines', ['tcp', 'tcp-listen', 'serial'], {
    pattern: z
      .string()
      .refine((pattern) => pattern.startsWith('^'), {
        params: { text: { en: 'must begin with ^', 'pt-BR': 'deve começar com ^' } },
      })
      .refine((pattern) => pattern.endsWith('$'), { error: 'must end with $' }),
    passage: z.boolean().default(false),
    person: z.strictObject({ system: z.string().min(1).max(8) }).optional(),
  }),
];

function fake(name: string, links: readonly LinkKind[], options: z.ZodRawShape): Driver {
  return defineDriver({
    name,
    links,
    options: z.strictObject(options),
    ...(name === 'henry' ? { defaultPort: 3000 } : {}),
    run: async () => {},
    observe: () => ({ fromDevice() {}, fromSoftware() {}, end() {} }),
    simulate: () => {
      throw new Error('not simulated');
    },
  });
}

/** A configuration without mistakes, for the fake drivers; tests change lines of it. */
export const GOOD = `agent:
  name: recepcao
units:
  - id: centro
    company: 1
    timezone: America/Sao_Paulo
  - id: sul
    company: 2
    timezone: America/Fortaleza
turnstiles:
  - id: catraca-1
    unit: centro
    name: Entrada
    driver: henry
    connect: tcp://192.168.0.200:3000
  - id: catraca-2
    unit: sul
    driver: lines
    connect: serial:///dev/ttyUSB0
    options:
      pattern: '^(?<record>\\d+)$'
webhooks:
  - id: crm
    url: https://crm.example.com/catraca
    secret: whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
`;
