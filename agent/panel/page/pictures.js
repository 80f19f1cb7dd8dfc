import { Chart } from '/chart.js';
import { clock, count, seconds } from '/format.js';
import { Heat } from '/heat.js';
import { html } from '/html.js';
import { state } from '/store.js';
import { words } from '/words.js';

export function Pictures() {
  const w = words();
  const { statistics } = state;
  if (statistics === undefined) return undefined;
  return html`<section aria-labelledby="pictures">
    <h2 id="pictures">${w.pictures}</h2>
    <div class="pictures">
      <${Today} statistics=${statistics} />
      <${Heat} statistics=${statistics} />
      <${Depth} statistics=${statistics} />
      <${Latency} statistics=${statistics} />
    </div>
  </section>`;
}

function Figure({ title, note, legend, children }) {
  return html`<figure>
    <figcaption>
      <h3>${title}</h3>
      <p>${note}</p>
      ${
        legend &&
        html`<ul class="legend">${legend.map(([kind, text]) => html`<li key=${kind} class=${kind}>${text}</li>`)}</ul>`
      }
    </figcaption>
    ${children}
  </figure>`;
}

function Today({ statistics: { today, usual, weeks } }) {
  const w = words();
  const { nowMs, timezone } = state.overview;
  const hour = Number(clock(nowMs, timezone).slice(0, 2));
  const total = today.reduce((sum, entries) => sum + entries, 0);
  const soFar = usual.slice(0, hour + 1).reduce((sum, entries) => sum + entries, 0);
  const note = w.todayNote(count(total), weeks === 0 ? undefined : count(Math.round(soFar)));
  const hours = today.map((_, index) => index);
  const shown = today.map((entries, index) => (index > hour ? null : entries));
  return html`<${Figure} title=${w.todayTitle} note=${note}
    legend=${[['bars', w.legendToday], ...(weeks === 0 ? [] : [['line', w.legendUsual]])]}>
    <${Chart} kind="hours" label=${`${w.todayTitle}. ${note}`}
      data=${[hours, shown, weeks === 0 ? hours.map(() => null) : usual]} />
  </${Figure}>`;
}

function Depth({ statistics: { depth } }) {
  const w = words();
  const { timezone } = state.overview;
  if (depth.length < 2) return html`<${Figure} title=${w.depthTitle} note=${w.noPicture} />`;
  const peak = depth.reduce((most, each) => (each.pending > most.pending ? each : most));
  const note = w.depthNote(count(depth.at(-1).pending), count(peak.pending), clock(peak.atMs, timezone));
  const data = [depth.map(({ atMs }) => atMs / 1000), depth.map(({ pending }) => pending)];
  return html`<${Figure} title=${w.depthTitle} note=${note}>
    <${Chart} kind="depth" label=${`${w.depthTitle}. ${note}`} data=${data} zone=${timezone} />
  </${Figure}>`;
}

function Latency({ statistics: { latency } }) {
  const w = words();
  const { timezone } = state.overview;
  if (latency.length < 2) return html`<${Figure} title=${w.latencyTitle} note=${w.noPicture} />`;
  const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const usual = middle(latency.map(({ usualMs }) => usualMs));
  const slow = Math.max(...latency.map(({ slowMs }) => slowMs));
  const note = w.latencyNote(seconds(usual), seconds(slow));
  const data = [
    latency.map(({ atMs }) => atMs / 1000),
    latency.map(({ usualMs }) => usualMs / 1000),
    latency.map(({ slowMs }) => slowMs / 1000),
  ];
  return html`<${Figure} title=${w.latencyTitle} note=${note}>
    <${Chart} kind="latency" label=${`${w.latencyTitle}. ${note}`} data=${data} zone=${timezone} />
  </${Figure}>`;
}
