import { discardLeft, openSignIn, pause, resendAll, resume, signOut, test, watch } from '/actions.js';
import { clock, count, longDay, moment, span } from '/format.js';
import { html } from '/html.js';
import { Logo, Mark } from '/icons.js';
import { state } from '/store.js';
import { words } from '/words.js';

export function Top() {
  const { overview, session } = state;
  const w = words();
  return html`<header class="top">
    <p class="brand"><${Logo} /> Giro ${overview && html`<span class="agent">${overview.agent}</span>`}</p>
    ${
      overview &&
      html`<p class="now">
        <span class="day">${longDay(overview.nowMs, overview.timezone)}</span>
        <strong>${clock(overview.nowMs, overview.timezone)}</strong>
      </p>`
    }
    ${
      session.signedIn
        ? html`<button type="button" class="quiet" onClick=${signOut}>${w.signOut}</button>`
        : session.hasPassword
          ? html`<button type="button" class="quiet" onClick=${openSignIn}>${w.signIn}</button>`
          : html`<span class="badge" title=${w.readOnlyWhy}>${w.readOnly}</span>`
    }
  </header>`;
}

/** The one sentence. */
export function Hero() {
  const { overview, isLost } = state;
  const w = words();
  const verdict = isLost ? { level: 'problem', text: w.lost, cause: w.lostCause } : overview;
  return html`<section class="hero ${verdict.level}" aria-live="polite">
    <${Mark} level=${verdict.level} />
    <div>
      <h1>${unbroken(verdict.text)}</h1>
      <${Reasons} verdict=${verdict} />
    </div>
  </section>`;
}

/** A number stays with what it counts. */
function unbroken(text) {
  return text.replaceAll(/(\d) /g, '$1\u00a0');
}

function Reasons({ verdict: { cause, action } }) {
  const w = words();
  return html`
    ${cause && html`<p class="cause">${ended(cause)}</p>`}
    ${action && html`<p class="todo"><strong>${w.todo}:</strong> ${ended(action)}</p>`}
  `;
}

/** With its full stop, where it does not end in a question. */
function ended(text) {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

export function Numbers() {
  const { overview } = state;
  const w = words();
  const pending = overview.webhooks.reduce((sum, webhook) => sum + webhook.pending, 0);
  const last = overview.lastAccessAtMs;
  const facts = [
    [w.entriesToday, count(overview.today.entries)],
    [w.deniedToday, count(overview.today.denied)],
    [w.lastAccess, last === undefined ? '–' : clock(last, overview.timezone)],
    [w.inQueue, count(pending)],
  ];
  return html`<dl class="numbers">
    ${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

export function Turnstiles() {
  const { overview } = state;
  const w = words();
  return html`<section aria-labelledby="turnstiles">
    <h2 id="turnstiles">${w.turnstiles}</h2>
    ${overview.turnstiles.length === 0 && html`<p class="empty">${w.noTurnstiles}</p>`}
    <ul class="cards">
      ${overview.turnstiles.map((turnstile) => html`<${Turnstile} key=${turnstile.id} turnstile=${turnstile} />`)}
    </ul>
  </section>`;
}

function Turnstile({ turnstile }) {
  const { overview } = state;
  const w = words();
  const { today, lastAccessAtMs } = turnstile;
  return html`<li class="card ${turnstile.level}">
    <div class="head">
      <${Mark} level=${turnstile.level} />
      <h3>${turnstile.name}</h3>
      <p class="state">${turnstile.text}</p>
    </div>
    <${Reasons} verdict=${turnstile} />
    <dl class="facts">
      <div><dt>${w.today}</dt><dd>${count(today.accesses)} ${w.accesses(today.accesses)}${today.denied > 0 ? `, ${count(today.denied)} ${w.denied(today.denied)}` : ''}</dd></div>
      <div><dt>${w.lastAccess}</dt><dd>${
        lastAccessAtMs === undefined ? w.never : moment(lastAccessAtMs, overview.nowMs, overview.timezone)
      }</dd></div>
    </dl>
    ${
      state.session.signedIn &&
      html`<p class="buttons"><button type="button" onClick=${() => watch(turnstile.id)}>${w.watch}</button></p>`
    }
    <p class="small">${turnstile.id} · ${turnstile.device}</p>
  </li>`;
}

export function Webhooks() {
  const { overview } = state;
  const w = words();
  return html`<section aria-labelledby="webhooks">
    <h2 id="webhooks">${w.webhooks}</h2>
    ${overview.webhooks.length === 0 && html`<p class="empty">${w.noWebhooks}</p>`}
    <ul class="cards">
      ${overview.webhooks.map((webhook) => html`<${Webhook} key=${webhook.id} webhook=${webhook} />`)}
    </ul>
  </section>`;
}

function Webhook({ webhook }) {
  const { nowMs, timezone } = state.overview;
  const w = words();
  const { last, oldestPendingAtMs, nextTryAtMs } = webhook;
  const answer = last && `${last.status ?? w.attemptSilent}, ${moment(last.atMs, nowMs, timezone)}`;
  const facts = [
    [w.queue, count(webhook.pending)],
    ...(oldestPendingAtMs === undefined ? [] : [[w.oldest, w.ago(span(nowMs - oldestPendingAtMs))]]),
    ...(webhook.parked > 0 ? [[w.parked, count(webhook.parked)]] : []),
    ...(last === undefined ? [] : [[w.lastAnswer, answer]]),
    ...(nextTryAtMs === undefined || nextTryAtMs < nowMs
      ? []
      : [[w.nextTry, moment(nextTryAtMs, nowMs, timezone)]]),
  ];
  return html`<li class="card ${webhook.level}">
    <div class="head">
      <${Mark} level=${webhook.level} />
      <h3>${webhook.id}</h3>
      <span class="badge">${webhook.active ? 'ATIVA' : 'INATIVA'}</span>
      <p class="state">${webhook.text}</p>
    </div>
    <${Reasons} verdict=${webhook} />
    <dl class="facts">
      ${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${state.session.signedIn && html`<${WebhookActions} webhook=${webhook} />`}
  </li>`;
}

function WebhookActions({ webhook: { id, active, configured, paused, state: sending, pending, parked } }) {
  const w = words();
  if (!configured && pending > 0) {
    return html`<p class="buttons">
      <button type="button" class="danger" onClick=${() => discardLeft(id)}>${w.discard}</button>
    </p>`;
  }
  if (!active) return undefined;
  const isStopped = paused || sending === 'gone';
  return html`<p class="buttons">
    ${
      isStopped
        ? html`<button type="button" onClick=${() => resume(id)}>${w.resume}</button>`
        : html`<button type="button" onClick=${() => pause(id)}>${w.pause}</button>`
    }
    ${!isStopped && html`<button type="button" onClick=${() => test(id)}>${w.test}</button>`}
    ${parked > 0 && html`<button type="button" onClick=${() => resendAll(id)}>${w.resendAll}</button>`}
  </p>`;
}

/** What the cards do not say: a clock that is off, a disk that is filling. */
export function Alarms() {
  const { alarms, refused, nowMs, timezone } = state.overview;
  const w = words();
  if (alarms.length === 0 && refused === undefined) return undefined;
  return html`<section aria-labelledby="alarms">
    <h2 id="alarms">${w.alarms}</h2>
    <ul class="alarms">
      ${refused && html`<${Refused} refused=${refused} />`}
      ${alarms.map(
        ({ sinceMs, what, remedy }) => html`<li key=${what}>
          <p><strong>${what}</strong> <span class="small">${w.since(moment(sinceMs, nowMs, timezone))}</span></p>
          <p>${remedy}</p>
        </li>`,
      )}
    </ul>
  </section>`;
}

/** As many as a person corrects at a time. */
const SHOWN_MISTAKES = 5;

/** The action says the help of the first mistake. */
function Refused({ refused: { text, action, atMs, mistakes } }) {
  const { nowMs, timezone } = state.overview;
  const w = words();
  const more = mistakes.length - SHOWN_MISTAKES;
  return html`<li>
    <p><strong>${text}</strong> <span class="small">${w.since(moment(atMs, nowMs, timezone))}</span></p>
    ${mistakes.slice(0, SHOWN_MISTAKES).map(
      ({ place, text: found, help }, index) => html`<p key=${`${place} ${found}`}>
        <code>${place}</code> ${found}${index > 0 && help && html`<span class="small"> ${help}</span>`}
      </p>`,
    )}
    ${more > 0 && html`<p class="small">+ ${more}</p>`}
    <p>${ended(action)}</p>
  </li>`;
}
