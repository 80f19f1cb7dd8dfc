import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Decoded, LINE_ENDINGS, LineDecoder, type LineEnding } from '../../../drivers/lines/codec.ts';

const ENDING_BYTES = { auto: ['\n', '\r', '\r\n'], lf: ['\n'], crlf: ['\r\n'], cr: ['\r'] } as const;

function decode(chunks: readonly Uint8Array[], lineEnding: LineEnding, maxLineBytes = 64): string[] {
  const decoder = new LineDecoder(lineEnding, maxLineBytes);
  return chunks.flatMap((chunk) => decoder.push(chunk)).map(show);
}

const show = ({ kind, bytes }: Decoded): string =>
  `${kind === 'line' ? '' : `${kind}:`}${Buffer.from(bytes).toString('latin1')}`;
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const vectors: readonly { name: string; ending: LineEnding; chunks: string[]; want: string[] }[] = [
  {
    name: 'auto takes all three endings, mixed',
    ending: 'auto',
    chunks: ['a\nb\rc\r\nd\n'],
    want: ['a', 'b', 'c', 'd'],
  },
  { name: 'a CR LF cut in two is one ending', ending: 'auto', chunks: ['a\r', '\nb\n'], want: ['a', 'b'] },
  { name: 'empty lines are ignored', ending: 'auto', chunks: ['\n\n\ra\r\n\r\n'], want: ['a'] },
  { name: 'lf leaves a CR in the line', ending: 'lf', chunks: ['a\r\n'], want: ['a\r'] },
  { name: 'cr leaves an LF in the line', ending: 'cr', chunks: ['a\r\nb\r'], want: ['a', '\nb'] },
  { name: 'crlf leaves a lone CR and a lone LF', ending: 'crlf', chunks: ['a\rb\nc\r\n'], want: ['a\rb\nc'] },
  { name: 'crlf cut in two', ending: 'crlf', chunks: ['a\r', '\n', 'b', '\r', '\n'], want: ['a', 'b'] },
  {
    name: 'crlf: a CR before the CR LF belongs to the line',
    ending: 'crlf',
    chunks: ['a\r\r\n'],
    want: ['a\r'],
  },
  { name: 'crlf: an empty line is ignored', ending: 'crlf', chunks: ['\r\n\r\na\r\n'], want: ['a'] },
  { name: 'an unfinished line is no line', ending: 'auto', chunks: ['a\nb'], want: ['a'] },
];

for (const { name, ending, chunks, want } of vectors) {
  test(name, () => assert.deepEqual(decode(chunks.map(latin1), ending), want));
}

for (const ending of LINE_ENDINGS) {
  const last = ENDING_BYTES[ending].at(-1);
  test(`${ending}: the longest line is a line, one byte more is discarded, the next is a line again`, () => {
    const text = `${'x'.repeat(16)}${last}${'y'.repeat(17)}${last}z${last}`;
    assert.deepEqual(decode([latin1(text)], ending, 16), [
      'x'.repeat(16),
      `discarded:${'y'.repeat(16)}`,
      'z',
    ]);
  });
}

test('any cutting gives the same lines', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\r\n', '\xe7'), maxLength: 80 });
  const ending = fc.constantFrom(...LINE_ENDINGS);
  const cuts = fc.array(fc.nat({ max: 100 }), { maxLength: 20 });
  fc.assert(
    fc.property(text, ending, cuts, (received, lineEnding, places) => {
      const bytes = latin1(received);
      const edges = [
        0,
        ...places.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b),
        bytes.length,
      ];
      const chunks = edges.slice(1).map((to, index) => bytes.subarray(edges[index], to));
      assert.deepEqual(decode(chunks, lineEnding, 16), decode([bytes], lineEnding, 16));
    }),
  );
});

test('after any noise and an ending, good lines are found again', () => {
  const noise = fc.uint8Array({ maxLength: 300 });
  const goodLine = fc.string({ unit: fc.constantFrom('1', '2', ';'), minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(noise, fc.constantFrom(...LINE_ENDINGS), fc.array(goodLine), (bytes, lineEnding, lines) => {
      const end = ENDING_BYTES[lineEnding][0];
      const sent = [bytes, latin1(end), ...lines.map((line) => latin1(line + end))];
      const decoded = decode(sent, lineEnding, 16);
      assert.deepEqual(decoded.slice(decoded.length - lines.length), lines);
    }),
  );
});

test('a line that never ends takes no memory beyond its limit', () => {
  const decoder = new LineDecoder('auto', 4_096);
  const chunk = new Uint8Array(65_536).fill(0x78);
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 1_000; count += 1) assert.deepEqual(decoder.push(chunk), []);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_048_576);
  assert.equal(decoder.unfinishedBytes, 65_536_000);
  const [discarded, next] = decoder.push(latin1('\nnext\n'));
  assert.equal(discarded?.kind, 'discarded');
  assert.equal(discarded?.bytes.length, 4_096);
  assert.equal(next && show(next), 'next');
});

test('a line is a copy: what comes later does not change it', () => {
  const decoder = new LineDecoder('lf', 64);
  const chunk = Buffer.from('first\n');
  const [line] = decoder.push(chunk);
  chunk.fill(0);
  decoder.push(Buffer.from('second\n'));
  assert.equal(line && show(line), 'first');
});
