import type { Text } from '../base/language.ts';
import { numberHints } from '../contract/number.ts';
import type { Reading } from '../contract/reading.ts';
import type { HenryOptions } from './options.ts';

/** What only the installation can tell: what its readers are, what its numbers are, how its memory counts. */
export function henryHints(reading: Reading, options: HenryOptions): readonly Text[] {
  if (!('freshness' in reading)) return [];
  const { freshness, originalMeans: number, means } = reading;
  return [
    ...numberHints(reading, options),
    ...(number !== undefined && means !== undefined && options.readers[number as '1'] === undefined
      ? [reader(number, means)]
      : []),
    ...(freshness === 'recovered' && options.collect.rrOrder === 'qty-start' ? [RECORDS_ONE_BY_ONE] : []),
  ];
}

function reader(number: string, means: string): Text {
  return {
    en: `reader ${number} is taken for ${means}; if it is another: options.readers: { "${number}": digital }`,
    'pt-BR': `o leitor ${number} é tratado como ${means}; se for outro: options.readers: { "${number}": digital }`,
  };
}

const RECORDS_ONE_BY_ONE: Text = {
  en: 'records from the memory should come many at a time; if they come one by one: options.collect.rrOrder: start-qty',
  'pt-BR':
    'os registros da memória devem vir muitos por vez; se vierem um a um: options.collect.rrOrder: start-qty',
};
