import { openSignIn, refreshOperator } from '/actions.js';
import { get } from '/api.js';
import { html } from '/html.js';
import { render } from '/lib/preact.js';
import { Live } from '/live.js';
import { Audit, Dialogue, Message, Parked } from '/operator.js';
import { Search } from '/search.js';
import { onChange, state, update } from '/store.js';
import { Alarms, Hero, Numbers, Top, Turnstiles, Webhooks } from '/view.js';
import { speak, words } from '/words.js';

const OVERVIEW_MS = 3_000;
const PICTURES_MS = 60_000;
const FRESH_MS = 2_000;
const RECENT = 20;

function App() {
  const { overview, isLost } = state;
  const w = words();
  document.title = overview === undefined ? 'Giro' : `${isLost ? w.lost : overview.text} · Giro`;
  return html`
    <${Top} />
    <main>
      ${(overview !== undefined || isLost) && html`<${Hero} />`}
      ${overview !== undefined && !isLost && html`<${Body} />`}
    </main>
    ${overview && html`<footer><span>Giro ${overview.version}</span> <a href="/openapi.json">${w.footer}</a> <a href="/metrics">${w.metrics}</a></footer>`}
    <${Message} />
    ${state.dialogue && html`<${Dialogue} key=${state.dialogue.kind} dialogue=${state.dialogue} />`}
  `;
}

function Body() {
  return html`
    <${Numbers} />
    <div class="columns">
      <div>
        <${Turnstiles} />
        <${Webhooks} />
        <${Parked} />
        <${Alarms} />
      </div>
      <${Live} />
    </div>
    <${Search} />
    ${Pictures && html`<${Pictures} />`}
    <${Audit} />
  `;
}

/** Runs `task` now and then, one at a time, and not while nobody looks. */
function every(ms, task) {
  const run = async () => {
    if (!document.hidden) await task();
    setTimeout(run, ms);
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void task();
  });
  return run();
}

async function refresh() {
  try {
    const session = await get('/api/session');
    update({ session });
    if (session.mustSignIn && !session.signedIn) {
      if (state.dialogue === undefined) openSignIn();
      return;
    }
    const [overview, recent] = await Promise.all([
      get('/api/overview'),
      get(`/api/accesses?limit=${RECENT}`),
      refreshOperator(),
    ]);
    speak(overview.language);
    update({ overview, recent, isLost: false });
    listen();
  } catch {
    update({ isLost: true });
  }
}

/** What draws is large, and the sentence does not wait for it. */
let Pictures;

async function refreshPictures() {
  try {
    ({ Pictures } = await import('/pictures.js'));
    update({ statistics: await get('/api/statistics') });
  } catch {
    // The overview says that the gateway does not answer.
  }
}

let source;

/** New accesses; the browser connects again by itself. */
function listen() {
  if (source !== undefined) return;
  source = new EventSource('/api/feed');
  source.addEventListener('access', ({ data }) => {
    const access = JSON.parse(data);
    const others = state.recent.filter(({ id }) => id !== access.id);
    update({ recent: [access, ...others].slice(0, RECENT), fresh: access.id });
    setTimeout(() => {
      if (state.fresh === access.id) update({ fresh: undefined });
    }, FRESH_MS);
  });
  // Refused for good, for example after the session ended: try again with the next overview.
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return;
    source = undefined;
  });
}

const root = document.getElementById('app');
onChange(() => render(html`<${App} />`, root));
await every(OVERVIEW_MS, refresh);
await every(PICTURES_MS, refreshPictures);
