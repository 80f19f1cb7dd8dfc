import contract from '../webhook.schema.json' with { type: 'json' };

/** What this needs of a JSON Schema. */
interface Node {
  readonly $ref?: string;
  readonly oneOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

const DEFINITIONS: Readonly<Record<string, Node>> = contract.$defs;

/** The single values that a body of the contract can hold, each by its path (`pessoa.matricula`), in the schema's order. */
export const CONTRACT_MEMBERS: readonly string[] = membersOf(contract as Node, []);

function membersOf(node: Node, path: readonly string[]): string[] {
  const { properties, type, ...rest } = resolved(node);
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, member]) => membersOf(member, [...path, name]));
  }
  const isValue = type === undefined ? 'enum' in rest || 'const' in rest : type !== 'object';
  return isValue ? [path.join('.')] : [];
}

function resolved(node: Node): Node {
  const reference = node.$ref ?? node.oneOf?.find(({ $ref }) => $ref !== undefined)?.$ref;
  return (reference && DEFINITIONS[reference.slice('#/$defs/'.length)]) || node;
}
