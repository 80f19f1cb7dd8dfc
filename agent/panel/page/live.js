import { meansOf, outcomeOf, personOf } from '/access.js';
import { exactTime } from '/format.js';
import { html } from '/html.js';
import { Mark } from '/icons.js';
import { state } from '/store.js';
import { words } from '/words.js';

const SHOWN = 12;

/** Accesses as they come. */
export function Live() {
  const w = words();
  return html`<section aria-labelledby="live" class="live">
    <h2 id="live">${w.live}</h2>
    ${state.recent.length === 0 && html`<p class="empty">${w.liveEmpty}</p>`}
    <ol class="feed">
      ${state.recent.slice(0, SHOWN).map((access) => html`<${Row} key=${access.id} access=${access} />`)}
    </ol>
  </section>`;
}

function Row({ access }) {
  const { level, text, detail } = outcomeOf(access);
  const about = [personOf(access), meansOf(access)].filter((part) => part !== undefined);
  return html`<li class=${access.id === state.fresh ? 'fresh' : ''}>
    <time>${exactTime(access.occurredAtMs, access.timezone)}</time>
    <${Mark} level=${level} />
    <div>
      <p><strong>${text}</strong>${detail && `: ${detail}`}</p>
      <p class="small">${[access.name, ...about].join(' · ')}</p>
    </div>
    <${Ticks} deliveries=${access.deliveries} />
  </li>`;
}

/** Where it is delivered already. */
function Ticks({ deliveries }) {
  const w = words();
  return html`<ul class="ticks">
    ${deliveries.map(
      ({ webhook, state: at, status }) => html`<li key=${webhook} class="is-${at}">
        <span aria-hidden="true">${{ delivered: '✓', pending: '…', parked: '!', discarded: '–' }[at]}</span> ${webhook}
        <span class="hidden">${
          {
            delivered: w.answered(status),
            pending: w.pendingLine,
            parked: w.parkedLine,
            discarded: w.discardedLine,
          }[at]
        }</span>
      </li>`,
    )}
  </ul>`;
}
