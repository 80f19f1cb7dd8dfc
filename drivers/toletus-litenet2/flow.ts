/** Flow control: which way needs a release (toletus-litenet2.md 5.2). */

type FlowOfOneWay = 'controlled' | 'free' | 'blocked';

export interface Flow {
  readonly entrada: FlowOfOneWay;
  readonly saida: FlowOfOneWay;
}

const BOTH_FREE: Flow = { entrada: 'free', saida: 'free' };
const ENTRY_CONTROLLED: Flow = { entrada: 'controlled', saida: 'free' };
const EXIT_CONTROLLED: Flow = { entrada: 'free', saida: 'controlled' };
const BOTH_CONTROLLED: Flow = { entrada: 'controlled', saida: 'controlled' };

const EXTENDED: readonly Flow[] = [
  ENTRY_CONTROLLED,
  { entrada: 'controlled', saida: 'blocked' },
  BOTH_CONTROLLED,
  EXIT_CONTROLLED,
  { entrada: 'blocked', saida: 'controlled' },
  BOTH_FREE,
  { entrada: 'free', saida: 'blocked' },
  { entrada: 'blocked', saida: 'free' },
  { entrada: 'blocked', saida: 'blocked' },
];
/** The same words under other numbers. */
const LEGACY: readonly Flow[] = [BOTH_FREE, ENTRY_CONTROLLED, EXIT_CONTROLLED, BOTH_CONTROLLED];

/** By the number of parameter 0x0F; undefined for one of no table. */
export function extendedFlow(mode: number): Flow | undefined {
  return EXTENDED[mode];
}

/** By the number of parameter 0x02; undefined for one of no table. */
export function legacyFlow(mode: number): Flow | undefined {
  return LEGACY[mode];
}

export function isControlled({ entrada, saida }: Flow): boolean {
  return entrada === 'controlled' || saida === 'controlled';
}

/** The way that a release has to free: what is controlled, and entry where the board does not tell. */
export function controlledSide(flow: Flow | undefined): 'entrada' | 'saida' | 'ambas' {
  if (flow?.saida !== 'controlled') return 'entrada';
  return flow.entrada === 'controlled' ? 'ambas' : 'saida';
}
