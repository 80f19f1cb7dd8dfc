import { send } from '/api.js';
import { refresh } from '/refresh.js';
import { state, update } from '/store.js';
import { words } from '/words.js';

export function ask(kind, subject, run) {
  update({ dialogue: { kind, text: words().confirm[kind](subject), action: kind, run }, message: undefined });
}

export function close() {
  update({ dialogue: undefined });
}

/** Opens the dialogue that signs in. */
export function openSignIn() {
  update({ dialogue: { kind: 'signIn' }, message: undefined });
}

export async function signIn(password) {
  try {
    const { csrf } = await send('POST', '/api/session', { password });
    update({ session: { ...state.session, signedIn: true, csrf }, dialogue: undefined });
    await refresh();
  } catch (error) {
    const text =
      error.status === 429 ? words().throttled : error.status === 401 ? words().wrong : error.message;
    update({ dialogue: { kind: 'signIn', error: text } });
  }
}

export async function signOut() {
  await send('DELETE', '/api/session');
  update({ session: { ...state.session, signedIn: false, csrf: undefined } });
}

const MESSAGE_MS = 8_000;

/** Says what came of an action, for a while. */
function say(message) {
  update({ message });
  setTimeout(() => {
    if (state.message === message) update({ message: undefined });
  }, MESSAGE_MS);
}

async function act(name, path, body, subject) {
  update({ dialogue: undefined });
  try {
    const { total } = await send('POST', path, body);
    say({ text: words().done[name](total ?? subject) });
  } catch (error) {
    if (error.status === 401) {
      update({ session: { ...state.session, signedIn: false }, dialogue: { kind: 'signIn' } });
      return;
    }
    say({ text: error.message, isError: true });
  }
  await refresh();
}

const webhookPath = (webhook, action) => `/api/webhooks/${encodeURIComponent(webhook)}/${action}`;

export const pause = (webhook) =>
  ask('pause', webhook, () => act('pause', webhookPath(webhook, 'pause'), undefined, webhook));
export const resume = (webhook) => act('resume', webhookPath(webhook, 'resume'), undefined, webhook);
export const test = (webhook) => act('test', webhookPath(webhook, 'test'), undefined, webhook);

export const resendAll = (webhook) =>
  ask('resendAll', webhook, () => act('resend', '/api/deliveries/resend', { webhook }));
export const resendOne = ({ webhook, sequence }) =>
  act('resend', '/api/deliveries/resend', { webhook, sequence });
export const discardOne = ({ webhook, sequence }) =>
  ask('discardOne', `${webhook} #${sequence}`, () =>
    act('discard', '/api/deliveries/discard', { webhook, sequence }),
  );
export const discardLeft = (webhook) =>
  ask('discardLeft', webhook, () => act('discard', '/api/deliveries/discard', { webhook, pending: true }));
