import { type Problem, text } from './mistakes.ts';
import { didYouMean, nearest } from './suggest.ts';

/** What a body may carry as `fuso` (webhook.schema.json): no bare abbreviations, no offsets. */
const FORM = /^(UTC|[A-Za-z]+(\/[A-Za-z0-9_+-]+)+)$/;

/** What is wrong with a time zone name; undefined when it is a zone that this runtime knows. */
export function timezoneProblem(name: string): Problem | undefined {
  const zones = Intl.supportedValuesOf('timeZone');
  // Intl takes any case, also for old names that are not in its list, but a body must carry the exact name.
  const inRightCase = zones.find((zone) => zone.toLowerCase() === name.toLowerCase()) ?? name;
  if (FORM.test(name) && inRightCase === name && (zones.includes(name) || isKnown(name))) return undefined;

  const suggestion = didYouMean(nearest(name, zones) ?? zones.find((zone) => city(zone) === city(name)));
  return {
    message: text(`"${name}" is unknown${suggestion.en}`, `"${name}" não existe${suggestion['pt-BR']}`),
    help: text(
      'expected a name of the IANA list; for Brasília time America/Sao_Paulo',
      'o esperado é um nome da lista IANA; para o horário de Brasília, America/Sao_Paulo',
    ),
  };
}

/** Also for old names that are not in the list. Makes ICU load its formats, which a start has no time for. */
function isKnown(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the only thing that Intl says about an unknown zone
  }
}

/** `São Paulo` and `America/Sao_Paulo` both come to `sao_paulo`. */
function city(name: string): string {
  const last = name.split('/').at(-1) ?? '';
  return last.normalize('NFD').replace(/\p{M}/gu, '').replaceAll(' ', '_').toLowerCase();
}
