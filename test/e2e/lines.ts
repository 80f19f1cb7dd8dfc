import type { Delivered } from './gym.ts';

/** YAML of a turnstile that speaks what `giro simulate lines` prints, and acknowledges each line. */
export function linesTurnstile(id: string, connect: string): string {
  return `  - id: ${id}
    unit: centro
    driver: lines
    connect: ${connect}
    options:
      pattern: '^(?<time>[^;]+);(?<turnstile>\\d+);(?<kind>\\w+);(?<record>\\d+);(?<direction>\\w+);(?<result>\\w+);(?<credential>\\d+)$'
      time: iso
      direction: { in: entrada, out: saida }
      result: { granted: liberado, denied: negado }
      kind: { card: cartao }
      passage: true
      ack: "OK\\n"
`;
}

/** Arguments of a simulator that sends `count` lines numbered from 1, as fast as they are acknowledged. */
export function simulateLines(at: string, count: number, rate = 0): string[] {
  const settings = ['--set', 'ack=OK\\n', '--set', 'record=1'];
  return [
    'simulate',
    'lines',
    '--at',
    at,
    ...settings,
    '--count',
    String(count),
    '--rate',
    String(rate),
    '--pace',
    '0',
  ];
}

/** Record numbers in order of arrival. */
export function recordsOf(events: readonly Delivered[]): number[] {
  return events.map(({ body }) => Number(body.acesso.registroDispositivo));
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
