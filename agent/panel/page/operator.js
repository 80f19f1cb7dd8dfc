import { close, discardOne, resendOne, signIn } from '/actions.js';
import { moment } from '/format.js';
import { html } from '/html.js';
import { Component, createRef } from '/lib/preact.js';
import { state } from '/store.js';
import { words } from '/words.js';

/** What was set aside, with what can be done about it. */
export function Parked() {
  const w = words();
  const { nowMs, timezone } = state.overview;
  if (state.parked.length === 0) return undefined;
  return html`<section aria-labelledby="parked">
    <h2 id="parked">${w.parkedTitle}</h2>
    <p class="hint">${w.parkedWhy}</p>
    <ul class="parked-list">
      ${state.parked.map(
        (delivery) => html`<li key=${`${delivery.webhook} ${delivery.sequence}`}>
          <div>
            <p><strong>${delivery.webhook} #${delivery.sequence}</strong> ${delivery.event}, ${delivery.turnstile}, ${moment(delivery.occurredAtMs, nowMs, timezone)}</p>
            <p>${delivery.status === undefined ? '' : `${delivery.status}: `}${delivery.cause}</p>
          </div>
          ${
            state.session.signedIn &&
            html`<p class="buttons">
              <button type="button" onClick=${() => resendOne(delivery)}>${w.resend}</button>
              <button type="button" class="danger" onClick=${() => discardOne(delivery)}>${w.discard}</button>
            </p>`
          }
        </li>`,
      )}
    </ul>
  </section>`;
}

export function Audit() {
  const w = words();
  const { nowMs, timezone } = state.overview;
  const originOf = (origin) => {
    const [where, ...address] = origin.split(' ');
    return [w.origins[where] ?? where, ...address].join(' ');
  };
  return html`<section aria-labelledby="audit">
    <h2 id="audit">${w.auditTitle}</h2>
    ${
      state.audit.length === 0
        ? html`<p class="empty">${w.auditEmpty}</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="audit">
          <table>
            <thead>
              <tr><th scope="col">${w.when}</th><th scope="col">${w.what}</th><th scope="col">${w.subject}</th><th scope="col">${w.origin}</th><th scope="col">${w.outcome}</th></tr>
            </thead>
            <tbody>
              ${state.audit.map(
                ({
                  atMs,
                  action,
                  subject,
                  origin,
                  outcome,
                }) => html`<tr key=${`${atMs} ${action} ${subject}`}>
                  <td>${moment(atMs, nowMs, timezone)}</td>
                  <td>${w.actions[action] ?? action}</td>
                  <td>${subject.replaceAll(/pending|parked|delivered|discarded/g, (name) => w.states[name])}</td>
                  <td>${originOf(origin)}</td>
                  <td>${outcome === 'refused' ? w.refused : outcome}</td>
                </tr>`,
              )}
            </tbody>
          </table>
        </div>`
    }
  </section>`;
}

/** What an action came to. */
export function Message() {
  const { message } = state;
  return html`<div role="status" class="toast">
    ${message && html`<p class="message ${message.isError ? 'error' : ''}">${message.text}</p>`}
  </div>`;
}

/** A modal dialogue: the browser keeps the focus in it, and Escape closes it. */
export class Dialogue extends Component {
  #element = createRef();

  componentDidMount() {
    this.#element.current.showModal();
  }

  render({ dialogue }) {
    return html`<dialog ref=${this.#element} onClose=${close} aria-labelledby="dialogue">
      ${dialogue.kind === 'signIn' ? html`<${SignIn} error=${dialogue.error} />` : html`<${Confirm} dialogue=${dialogue} />`}
    </dialog>`;
  }
}

function SignIn({ error }) {
  const w = words();
  const submit = (event) => {
    event.preventDefault();
    return signIn(String(new FormData(event.target).get('password')));
  };
  return html`<form onSubmit=${submit}>
    <h2 id="dialogue">${w.signInTitle}</h2>
    <p>${state.session.mustSignIn ? w.signInMust : w.signInWhy}</p>
    <input type="text" name="username" autocomplete="username" value="operador" hidden />
    <label>${w.password}<input type="password" name="password" autocomplete="current-password" required maxlength="200" /></label>
    <div role="alert">${error && html`<p class="message error">${error}</p>`}</div>
    <p class="buttons">
      <button type="submit" class="main">${w.signIn}</button>
      <button type="button" onClick=${close}>${w.cancel}</button>
    </p>
  </form>`;
}

const VERBS = { resendAll: 'resend', discardOne: 'discard', discardLeft: 'discard', pause: 'pause' };

function Confirm({ dialogue: { kind, text, run } }) {
  const w = words();
  const verb = VERBS[kind];
  return html`<div>
    <h2 id="dialogue">${text}</h2>
    <p class="buttons">
      <button type="button" class=${verb === 'discard' ? 'danger' : 'main'} onClick=${run}>${w.actions[verb]}</button>
      <button type="button" onClick=${close}>${w.cancel}</button>
    </p>
  </div>`;
}
