import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Text } from '../../drivers/base/language.ts';
import type { Direction, Reading } from '../../drivers/contract/reading.ts';

/** What one turn, made as if entering, says about `swapDirection`. */
export interface Calibration {
  readonly turnstile: string;
  /** What the device calls it. */
  readonly device: Direction;
  readonly configured: boolean;
  /** What `swapDirection` must be; absent when the device does not tell entry from exit. */
  readonly needed?: boolean;
}

/** The calibration that a reading gives; undefined of anything that is no turn of just now. */
export function calibrate(
  reading: Reading,
  { id, swapDirection }: Pick<Turnstile, 'id' | 'swapDirection'>,
): Calibration | undefined {
  if (!isTurn(reading)) return undefined;
  const device = reading.direction ?? 'indefinido';
  const needed = device === 'indefinido' ? {} : { needed: device === 'saida' };
  return { turnstile: id, device, configured: swapDirection, ...needed };
}

/** Devices that report no turn mean it with their grant. */
function isTurn(reading: Reading): reading is Extract<Reading, { kind: 'passed' | 'decided' }> {
  if (!('freshness' in reading) || reading.freshness === 'recovered') return false;
  if (reading.kind === 'passed') return true;
  return reading.kind === 'decided' && reading.result === 'liberado' && reading.turnWithinMs === 0;
}

/** Whether the configuration is right as it is. */
export function isCalibrated({ needed, configured }: Calibration): boolean {
  return needed === configured;
}

export const TURN_NOW: Text = {
  en: 'Turn the arm once now, as if ENTERING.',
  'pt-BR': 'Gire o braço uma vez agora, como quem ENTRA.',
};

/** What the calibration says, and what to do. */
export function calibrationText({ turnstile, device, configured, needed }: Calibration): Text {
  if (needed === undefined) {
    return {
      en: `${turnstile} does not tell entry from exit: the direction is delivered as indefinido.`,
      'pt-BR': `${turnstile} não diferencia entrada de saída: o sentido é entregue como indefinido.`,
    };
  }
  if (needed === configured) {
    return {
      en: `Right: an entry is delivered as entrada (swapDirection: ${configured}). Nothing to change.`,
      'pt-BR': `Certo: uma entrada é entregue como entrada (swapDirection: ${configured}). Nada a mudar.`,
    };
  }
  return {
    en: `Swapped: the device calls an entry ${device}. Set swapDirection: ${needed} at ${turnstile}.`,
    'pt-BR': `Trocado: o equipamento chama uma entrada de ${device}. Use swapDirection: ${needed} em ${turnstile}.`,
  };
}
