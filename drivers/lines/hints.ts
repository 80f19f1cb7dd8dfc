import type { Text } from '../base/language.ts';
import type { Reading } from '../contract/reading.ts';
import type { LinesOptions } from './options.ts';

/** Where a line says something that the options do not read yet. */
export function linesHints(reading: Reading, { passage }: LinesOptions): readonly Text[] {
  if (reading.kind === 'unrecognised') return [NO_MATCH];
  if (!('freshness' in reading)) return [];
  return [
    ...(reading.direction === 'indefinido' ? [unmapped('direction', '{ TEXT: entrada }')] : []),
    ...(reading.means === 'indefinido' ? [unmapped('kind', '{ TEXT: cartao }')] : []),
    ...(reading.kind === 'decided' && reading.result === 'liberado' && !passage ? [PASSAGE] : []),
  ];
}

const NO_MATCH: Text = {
  en: 'this line matches no pattern: compare it with options.pattern, separator by separator',
  'pt-BR': 'esta linha não casa com o padrão: compare-a com options.pattern, separador por separador',
};

const PASSAGE: Text = {
  en: 'if the device prints the line only after the arm has turned: options.passage: true',
  'pt-BR': 'se o equipamento só escreve a linha depois que o braço girou: options.passage: true',
};

function unmapped(group: string, example: string): Text {
  return {
    en: `the text of the group ${group} is in no map: options.${group}: ${example}`,
    'pt-BR': `o texto do grupo ${group} não está no mapa: options.${group}: ${example}`,
  };
}
