import { words } from '/words.js';

const cache = new Map();

function formatter(kind, timeZone, options) {
  const key = `${words().locale} ${timeZone} ${kind}`;
  let found = cache.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(words().locale, { timeZone, ...options });
    cache.set(key, found);
  }
  return found;
}

/** 18:03 */
export function clock(atMs, zone) {
  return formatter('clock', zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(atMs);
}

/** 18:03:11 */
export function exactTime(atMs, zone) {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' };
  return formatter('exact', zone, options).format(atMs);
}

/** terça-feira, 24 de novembro */
export function longDay(atMs, zone) {
  return formatter('long', zone, { weekday: 'long', day: 'numeric', month: 'long' }).format(atMs);
}

function day(atMs, zone) {
  return formatter('day', zone, { day: '2-digit', month: '2-digit', year: 'numeric' }).format(atMs);
}

/** The time today; with the date on other days. */
export function moment(atMs, nowMs, zone) {
  const today = day(atMs, zone) === day(nowMs, zone);
  return today ? exactTime(atMs, zone) : `${day(atMs, zone)} ${exactTime(atMs, zone)}`;
}

/** 2026-11-24, as a date field has it. */
export function dateValue(atMs, zone) {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(atMs);
}

/** 3 d, 2 h, 12 min, 40 s */
export function span(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

/** 0,3 s */
export function seconds(ms) {
  if (ms >= 60_000) return span(ms);
  const digits = ms < 10_000 ? 1 : 0;
  const number = new Intl.NumberFormat(words().locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${number.format(ms / 1000)} s`;
}

export function count(value) {
  return new Intl.NumberFormat(words().locale, { maximumFractionDigits: 1 }).format(value);
}
