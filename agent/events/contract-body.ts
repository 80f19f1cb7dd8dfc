import type { FlatField } from '../../config/configuration.ts';

/** What formats read of a body of the contract (webhook.schema.json). */
export interface ContractBody {
  readonly sequencia: number;
  readonly unidade: { readonly apelido: string };
  readonly ocorridoEm: string;
  readonly registradoEm: string;
  readonly origem: { readonly agente: string };
  readonly dispositivo?: { readonly id: string };
}

/** The flat body of `pacto-plano`: one value a field; what the body lacks is left out. */
export function flatten(body: ContractBody, fields: readonly FlatField[]): string {
  const members = fields.map((field) => [field.name, valueIn(body, field)] as const);
  return JSON.stringify(Object.fromEntries(members.filter(([, value]) => value !== undefined)));
}

function valueIn(body: ContractBody, field: FlatField): unknown {
  if ('value' in field) return field.value;
  const value = field.path.reduce<unknown>(
    (group, key) => (typeof group === 'object' && group !== null ? Reflect.get(group, key) : undefined),
    body,
  );
  const { values } = field;
  return values !== undefined && Object.hasOwn(values, String(value)) ? values[String(value)] : value;
}
