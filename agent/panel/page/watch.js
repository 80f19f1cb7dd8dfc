import { close } from '/actions.js';
import { exactTime } from '/format.js';
import { html } from '/html.js';
import { state } from '/store.js';
import { words } from '/words.js';

const SHOWN = 12;

/** What a turnstile says while somebody turns its arm. */
export function Watch() {
  const w = words();
  const { watch, overview } = state;
  const { name } = overview.turnstiles.find(({ id }) => id === watch.turnstile) ?? { name: watch.turnstile };
  return html`<div>
    <h2 id="dialogue">${w.watchTitle(name)}</h2>
    <p>${w.watchHint}</p>
    <ol class="seen" aria-live="polite">
      ${watch.seen.slice(0, SHOWN).map(
        (seen) => html`<li key=${seen.number}>
          <time>${exactTime(seen.atMs, overview.timezone)}</time> ${lineOf(seen)}
        </li>`,
      )}
    </ol>
    <p class="buttons"><button type="button" onClick=${close}>${w.close}</button></p>
  </div>`;
}

function lineOf({ kind, bytes, from, direction, means, result, reason }) {
  const w = words();
  if (kind === 'bytes') return w.watchBytes(bytes, w.speakers[from]);
  const parts = [
    w.readings[kind] ?? kind,
    w.results[result],
    w.reasons[reason],
    w.directions[direction],
    w.means[means],
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
