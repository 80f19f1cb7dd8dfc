import type { Turnstile } from '../../config/sections/turnstiles.ts';
import type { Text } from '../../drivers/base/language.ts';
import type { Reading } from '../../drivers/contract/reading.ts';
import type { WireEvent } from '../turnstiles/wire.ts';
import { wrapped } from './texts.ts';
import { type WireTextOptions, wireText } from './wire-text.ts';

/** Shows events on a terminal, and each hint once, at the first reading that gives the occasion. */
export class WireScreen {
  readonly #turnstile: Pick<Turnstile, 'driver' | 'options'>;
  readonly #options: WireTextOptions;
  readonly #said = new Set<string>();

  constructor(
    turnstile: Pick<Turnstile, 'driver' | 'options' | 'swapDirection'>,
    { language, timezone }: Pick<WireTextOptions, 'language' | 'timezone'>,
  ) {
    this.#turnstile = turnstile;
    this.#options = { language, timezone, swapDirection: turnstile.swapDirection };
  }

  show(event: WireEvent, print: (line: string) => void): void {
    for (const line of wireText(event, this.#options)) print(line);
    if (event.kind === 'reading') this.#hint(event.reading);
  }

  #hint(reading: Reading): void {
    const { driver, options } = this.#turnstile;
    const hints = [
      ...(driver.hints?.(reading, options) ?? []),
      ...(reading.kind === 'passed' && reading.direction !== undefined
        ? [SWAP[String(this.#options.swapDirection) as 'true' | 'false']]
        : []),
    ];
    for (const hint of hints.map((text) => text[this.#options.language])) {
      if (!this.#said.has(hint)) console.error(wrapped(`? ${hint}`, '  ').join('\n'));
      this.#said.add(hint);
    }
  }
}

const SWAP: Readonly<Record<'true' | 'false', Text>> = {
  false: {
    en: 'if this was the other direction: swapDirection: true',
    'pt-BR': 'se foi no sentido contrário: swapDirection: true',
  },
  true: {
    en: 'if this was the other direction: take swapDirection: true out',
    'pt-BR': 'se foi no sentido contrário: retire swapDirection: true',
  },
};
