import { clock, seconds } from '/format.js';
import { html } from '/html.js';
import { Component, createRef } from '/lib/preact.js';
import uPlot from '/lib/uplot.js';

const HOUR_S = 3600;
const SHOWN_HOURS = [0, 3, 6, 9, 12, 15, 18, 21];

/** Before the page's own sheet, which has the last word. The first words of the page do not wait for it. */
function addStyle() {
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = '/lib/uplot.css';
  document.head.prepend(sheet);
}

addStyle();

/** Colours are the page's own, also after the machine turned to its dark ones. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axes(left, bottom) {
  const shared = {
    stroke: colour('soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: '13px system-ui, sans-serif',
  };
  return [
    { ...shared, grid: { show: false }, ...bottom },
    { ...shared, size: 52, ...left },
  ];
}

const whole = { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000] };

const fromZero = (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1];

/** What each kind of chart is drawn with. */
const KINDS = {
  hours: () => ({
    scales: { x: { time: false, range: () => [-0.6, 23.6] }, y: { range: fromZero } },
    axes: axes(whole, {
      splits: () => SHOWN_HOURS,
      values: (_plot, hours) => hours.map((hour) => `${hour}h`),
    }),
    series: [
      {},
      {
        paths: uPlot.paths.bars({ size: [0.72, 60], radius: 0.2 }),
        fill: colour('chart'),
        width: 0,
        points: { show: false },
      },
      { stroke: colour('chart-line'), width: 2.5, paths: uPlot.paths.spline(), points: { show: false } },
    ],
  }),
  depth: (zone) => ({
    scales: { x: { time: true }, y: { range: fromZero } },
    axes: axes(whole, times(zone)),
    series: [
      {},
      {
        stroke: colour('chart'),
        fill: colour('chart-soft'),
        width: 2,
        paths: uPlot.paths.stepped({ align: 1 }),
        points: { show: false },
      },
    ],
  }),
  latency: (zone) => ({
    scales: { x: { time: true }, y: { range: fromZero } },
    axes: axes({ values: (_plot, values) => values.map((value) => seconds(value * 1000)) }, times(zone)),
    series: [
      {},
      { stroke: colour('chart'), width: 2.5, points: { show: false } },
      { stroke: colour('chart-line'), width: 1.5, dash: [5, 5], points: { show: false } },
    ],
  }),
};

function times(zone) {
  return {
    incrs: [HOUR_S, 3 * HOUR_S, 6 * HOUR_S],
    space: 56,
    values: (_plot, moments) => moments.map((atS) => clock(atS * 1000, zone)),
  };
}

export class Chart extends Component {
  #element = createRef();
  #plot;
  #resized;
  #scheme = matchMedia('(prefers-color-scheme: dark)');
  #redraw = () => this.#draw();

  componentDidMount() {
    this.#draw();
    this.#resized = new ResizeObserver(([{ contentRect }]) => {
      const { width, height } = contentRect;
      if (width > 0) this.#plot.setSize({ width, height });
    });
    this.#resized.observe(this.#element.current);
    this.#scheme.addEventListener('change', this.#redraw);
  }

  componentDidUpdate(before) {
    if (before.data.length === this.props.data.length) this.#plot.setData(this.props.data);
    else this.#draw();
  }

  componentWillUnmount() {
    this.#resized.disconnect();
    this.#scheme.removeEventListener('change', this.#redraw);
    this.#plot.destroy();
  }

  render({ label }) {
    return html`<div class="chart" role="img" aria-label=${label} ref=${this.#element}></div>`;
  }

  #draw() {
    this.#plot?.destroy();
    const { kind, data, zone } = this.props;
    const { clientWidth: width, clientHeight: height } = this.#element.current;
    const common = { width, height, legend: { show: false }, cursor: { show: false } };
    this.#plot = new uPlot({ ...common, ...KINDS[kind](zone) }, data, this.#element.current);
  }
}
