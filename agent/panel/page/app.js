import { get } from '/api.js';
import { html } from '/html.js';
import { render } from '/lib/preact.js';
import { Live } from '/live.js';
import { Audit, Dialogue, Message, Parked } from '/operator.js';
import { refresh } from '/refresh.js';
import { Search } from '/search.js';
import { onChange, state, update } from '/store.js';
import { Alarms, Hero, Numbers, Top, Turnstiles, Webhooks } from '/view.js';
import { words } from '/words.js';

const OVERVIEW_MS = 3_000;
const PICTURES_MS = 15_000;

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

const root = document.getElementById('app');
onChange(() => render(html`<${App} />`, root));
await every(OVERVIEW_MS, refresh);
await every(PICTURES_MS, refreshPictures);
