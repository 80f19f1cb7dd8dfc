import { count } from '/format.js';
import { html } from '/html.js';
import { words } from '/words.js';

const STEPS = 6;

/** When the gym is full: a table, so that it can be read aloud; a darker field is a fuller hour. */
export function Heat({ statistics: { week, weeks } }) {
  const w = words();
  const most = Math.max(...week.flat());
  if (weeks === 0 || most === 0) {
    return html`<figure><figcaption><h3>${w.heatTitle}</h3><p>${w.noHeat}</p></figcaption></figure>`;
  }
  const open = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) =>
    week.some((day) => day[hour] > 0),
  );
  const hours = Array.from({ length: open.at(-1) - open[0] + 1 }, (_, index) => open[0] + index);
  const peakDay = week.findIndex((day) => day.includes(most));
  const note = w.heatNote(w.longDays[peakDay], week[peakDay].indexOf(most));
  return html`<figure>
    <figcaption><h3>${w.heatTitle}</h3><p>${note}</p></figcaption>
    <table class="heat">
      <thead>
        <tr>
          <th scope="col"><span class="hidden">${w.hour}</span></th>
          ${w.days.map((day) => html`<th key=${day} scope="col">${day}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${hours.map(
          (hour) => html`<tr key=${hour}>
            <th scope="row">${hour}</th>
            ${week.map(
              (
                day,
                index,
              ) => html`<td key=${index} class="heat-${Math.ceil((day[hour] / most) * STEPS)}" title="${w.days[index]} ${hour} h: ${count(day[hour])}">
                <span>${count(Math.round(day[hour]))}</span>
              </td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </figure>`;
}
