import { state } from '/store.js';

/** What the gateway refused, in its words. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export async function get(path) {
  return answerOf(await fetch(path, { headers: { accept: 'application/json' } }));
}

/** An action of the signed-in operator. */
export async function send(method, path, body) {
  const headers = {};
  if (state.session.csrf !== undefined) headers['x-giro-csrf'] = state.session.csrf;
  if (body !== undefined) headers['content-type'] = 'application/json';
  return answerOf(await fetch(path, { method, headers, body: body && JSON.stringify(body) }));
}

async function answerOf(response) {
  if (response.status === 204) return undefined;
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Refused(response.status, detailOf(text) ?? response.statusText);
}

function detailOf(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return undefined;
  }
}
