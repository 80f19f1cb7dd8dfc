/** Shorter texts are words that occur anywhere, and no secret that guards anything. */
const SHORTEST_SECRET = 6;
/** Members of a checked configuration that hold a secret, whatever stands above them. */
const SECRET_MEMBERS = /^(text|secret|password|token|bearer|authorization|clientSecret|key|user)$/;

/** Every text of a configuration that a stranger must not read, wherever it stands. */
export function secretsOf(configuration: unknown): readonly string[] {
  const found = new Set<string>();
  collect(configuration, false, found, new Set());
  return [...found].filter((text) => text.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
}

function collect(value: unknown, isSecret: boolean, found: Set<string>, seen: Set<unknown>): void {
  if (typeof value === 'string') {
    if (isSecret) found.add(value);
    return;
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof URL) {
    const { username, password, search, hash, pathname } = value;
    const parts = [username, password, search, hash, ...value.searchParams.values(), pathname];
    for (const part of parts.flatMap((text) => [text, decoded(text)])) found.add(part);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    // What a relay answers under is a secret; other paths are those of files.
    const isSecretPath = name === 'path' && 'kind' in value && value.kind === 'receive';
    const isNamed = typeof member === 'string' && (SECRET_MEMBERS.test(name) || isSecretPath);
    collect(member, isSecret || isNamed || name === 'headers', found, seen);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no escape, only a percent sign
  }
}

/** A text without these secrets, and of every web address in it only the origin. */
export function scrubbed(text: string, secrets: readonly string[]): string {
  const origins = text.replaceAll(/\b(https?:\/\/)(?:[^\s"'/@]*@)?([^\s"'/?#\\]+)[^\s"'\\]*/g, '$1$2');
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), origins);
}
