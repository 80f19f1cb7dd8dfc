import { html } from '/html.js';

/** Shapes that differ, so that nothing is said by colour alone. */
const SHAPES = {
  good: 'm7 12.5 3.4 3.4L17.2 9',
  attention: 'M12 7v6m0 3.6v.1',
  problem: 'm8 8 8 8m0-8-8 8',
  idle: 'M7.5 12h9',
};

export function Mark({ level }) {
  return html`<span class="mark ${level}" aria-hidden="true">
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">
      <path d=${SHAPES[level]} />
    </svg>
  </span>`;
}

export function Logo() {
  return html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round">
    <circle cx="16" cy="16" r="13.5" />
    <path d="M16 16V7.5m0 8.5 7.4 4.3M16 16l-7.4 4.3" />
  </svg>`;
}
