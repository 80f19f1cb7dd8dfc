/** Members that may hold a secret, wherever they stand. */
const SECRET_NAMES = /secret|password|passwd|token|authorization|^pins?$|^key$|headers/i;

/**
 * A copy of options without what could be a secret: values of members named like one are emptied, and of a URL only
 * scheme, host and path stay. What stays has its kind, so that a schema that took the options takes the copy.
 */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return withoutQuery(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAMES.test(name) ? emptied(member) : withoutSecrets(member),
    ]),
  );
}

function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return typeof value === 'object' && value !== null ? {} : '[redacted]';
}

/** A URL without user, password, query and fragment; another text as it is. */
function withoutQuery(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? URL.parse(text) : null;
  return url === null ? text : `${url.protocol}//${url.host}${url.pathname}`;
}
