import type { Text } from '../base/language.ts';
import { numberHints } from '../contract/number.ts';
import type { Reading } from '../contract/reading.ts';
import type { Litenet2Options } from './options.ts';

/** What only the installation can tell: what its optical reader reads, what its numbers are. */
export function litenet2Hints(reading: Reading, options: Litenet2Options): readonly Text[] {
  if (!('freshness' in reading)) return [];
  const isScanned = reading.means === 'codigo_barras' && options.scanner === 'codigo_barras';
  return [...numberHints(reading, options), ...(isScanned ? [SCANNER] : [])];
}

const SCANNER: Text = {
  en: 'the board does not tell a bar code from a QR code; if it was a QR code: options.scanner: qrcode',
  'pt-BR': 'a placa não diferencia código de barras de QR code; se era um QR code: options.scanner: qrcode',
};
