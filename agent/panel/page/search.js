import { meansOf, outcomeOf, personOf } from '/access.js';
import { resendOne } from '/actions.js';
import { get } from '/api.js';
import { dateValue, exactTime, moment, seconds } from '/format.js';
import { html } from '/html.js';
import { Mark } from '/icons.js';
import { state, update } from '/store.js';
import { words } from '/words.js';

const LIMIT = 50;
const SHOWN = 8;
const EVENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function find(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const [date, time, who] = ['date', 'time', 'who'].map((name) => String(form.get(name)).trim());
  const query = new URLSearchParams({ limit: String(LIMIT) });
  if (EVENT_ID.test(who)) query.set('id', who.toLowerCase());
  else {
    if (who !== '') query.set('person', who);
    if (date !== '') query.set('date', date);
    if (date !== '' && time !== '') query.set('time', time);
  }
  update({ search: { isBusy: true } });
  try {
    update({ search: { found: await get(`/api/accesses?${query}`) } });
  } catch (error) {
    update({ search: { error: error.message } });
  }
}

/** "I came on Tuesday and it is not in the app." */
export function Search() {
  const w = words();
  const { nowMs, timezone } = state.overview;
  return html`<section aria-labelledby="search">
    <h2 id="search">${w.search}</h2>
    <p class="hint">${w.searchHint}</p>
    <form class="search" onSubmit=${find}>
      <label>${w.date}<input type="date" name="date" max=${dateValue(nowMs, timezone)} /></label>
      <label>${w.time}<input type="time" name="time" /></label>
      <label class="wide">${w.who}<input type="text" name="who" autocomplete="off" maxlength="64" /></label>
      <button type="submit" class="main">${w.find}</button>
    </form>
    <div aria-live="polite"><${Results} /></div>
  </section>`;
}

function Results() {
  const w = words();
  const { search } = state;
  if (search?.error !== undefined) return html`<p class="message error">${search.error}</p>`;
  if (search?.found === undefined) return undefined;
  const { found, isWhole } = search;
  return html`
    <p class="hint">${found.length === LIMIT ? w.foundLimit(LIMIT) : w.found(found.length)}</p>
    <ol class="results">
      ${found.slice(0, isWhole ? LIMIT : SHOWN).map((access) => html`<${Found} key=${access.id} access=${access} />`)}
    </ol>
    ${
      !isWhole &&
      found.length > SHOWN &&
      html`<p class="buttons more">
        <button type="button" onClick=${() => update({ search: { found, isWhole: true } })}>${w.more(found.length - SHOWN)}</button>
      </p>`
    }
  `;
}

function Found({ access }) {
  const w = words();
  const { level, text, detail } = outcomeOf(access);
  const about = [personOf(access), meansOf(access)].filter((part) => part !== undefined);
  const at = moment(access.occurredAtMs, state.overview.nowMs, access.timezone);
  return html`<li>
    <${Mark} level=${level} />
    <div>
      <p><strong>${w.seen(access.name, at)}</strong></p>
      <p>${[detail === undefined ? text : `${text}: ${detail}`, ...about].join(' · ')}</p>
      ${access.deliveries.length === 0 && html`<p>${w.noDelivery}</p>`}
      <ul class="deliveries">
        ${access.deliveries.map(
          (delivery) => html`<${Delivery} key=${delivery.webhook} delivery=${delivery} access=${access} />`,
        )}
      </ul>
      <p class="small">${access.id}</p>
    </div>
  </li>`;
}

function lineOf({ state: at, status, atMs, cause }, { timezone }) {
  const w = words();
  switch (at) {
    case 'delivered':
      return `${w.sent(moment(atMs, state.overview.nowMs, timezone))}, ${w.answered(status)}`;
    case 'parked':
      return cause === undefined ? w.parkedLine : `${w.parkedLine} (${cause})`;
    case 'discarded':
      return w.discardedLine;
    default:
      return w.pendingLine;
  }
}

function Delivery({ delivery, access }) {
  const w = words();
  const { webhook, sequence } = delivery;
  const key = `${webhook} #${sequence}`;
  const load = async (event) => {
    if (!event.target.open) return;
    const attempts = await get(`/api/deliveries/${encodeURIComponent(webhook)}/${sequence}/attempts`);
    update({ attempts: { ...state.attempts, [key]: attempts } });
  };
  return html`<li class="is-${delivery.state}">
    <p><strong>${webhook}</strong>: ${lineOf(delivery, access)}
      ${
        delivery.state === 'parked' &&
        state.session.signedIn &&
        html` <button type="button" onClick=${() => resendOne(delivery)}>${w.resend}</button>`
      }
    </p>
    <details onToggle=${load}>
      <summary>${w.attempts}</summary>
      <${Attempts} attempts=${state.attempts[key]} zone=${access.timezone} />
    </details>
  </li>`;
}

function Attempts({ attempts, zone }) {
  const w = words();
  if (attempts === undefined) return undefined;
  if (attempts.length === 0) return html`<p class="small">${w.noAttempts}</p>`;
  return html`<ol class="attempts">
    ${attempts.map(
      ({ atMs, status, cause, tookMs }) => html`<li key=${atMs}>
        <time>${exactTime(atMs, zone)}</time> ${status === undefined ? w.attemptSilent : w.attemptAnswered(status)}
        ${' '}${w.took(seconds(tookMs))}: ${cause}
      </li>`,
    )}
  </ol>`;
}
