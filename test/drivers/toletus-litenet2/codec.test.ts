import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Decoded, encodeFrame, FrameDecoder } from '../../../drivers/toletus-litenet2/codec.ts';
import { bytesOf, vectors } from './vectors.ts';

/** Frames in hex; what was discarded in brackets. */
function short(decoded: readonly Decoded[]): string[] {
  return decoded.map((part) =>
    part.kind === 'frame' ? toHex(encodeFrame(part.frame)) : `[${part.why} ${part.bytes.length}]`,
  );
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function vectorHex(number: number): string {
  return toHex(bytesOf(number));
}

const anyFrame = fc.oneof(
  fc.constantFrom(...vectors.map(({ number }) => bytesOf(number))),
  fc
    .record({ command: fc.nat(0xffff), data: fc.uint8Array({ minLength: 16, maxLength: 16 }) })
    .map((frame) => encodeFrame(frame)),
);
const noise = fc.uint8Array({ maxLength: 60 });

test('the vectors are all there', () => {
  assert.deepEqual(
    vectors.map(({ number }) => number),
    Array.from({ length: 27 }, (_, index) => index + 1),
  );
});

for (const { number, decoded } of vectors) {
  test(`vector ${number} (${decoded}): bytes to frame and back`, () => {
    const bytes = bytesOf(number);
    assert.equal(bytes.length, 20);
    assert.deepEqual(short(new FrameDecoder().push(bytes)), [toHex(bytes)]);
  });
}

test('vector 11 split after each of its positions gives one frame', () => {
  const bytes = bytesOf(11);
  for (let at = 1; at < bytes.length; at++) {
    const decoder = new FrameDecoder();
    const decoded = [...decoder.push(bytes.subarray(0, at)), ...decoder.push(bytes.subarray(at))];
    assert.deepEqual(short(decoded), [vectorHex(11)], String(at));
  }
});

const streams = [
  { name: '7 then 11 in one chunk', chunk: [bytesOf(7), bytesOf(11)], want: [vectorHex(7), vectorHex(11)] },
  {
    name: '00 FF 53 before 11: a false prefix costs itself only',
    chunk: [Buffer.from([0x00, 0xff, 0x53]), bytesOf(11)],
    want: ['[noise 2]', '[suffix 1]', vectorHex(11)],
  },
  {
    name: '11 with a wrong suffix, then 12',
    chunk: [bytesOf(11).fill(0x00, 19), bytesOf(12)],
    want: ['[suffix 1]', '[noise 19]', vectorHex(12)],
  },
  {
    name: 'a suffix within the data (6) and frames behind it',
    chunk: [bytesOf(6), bytesOf(6), bytesOf(14)],
    want: [vectorHex(6), vectorHex(6), vectorHex(14)],
  },
  { name: 'noise without a prefix', chunk: [Buffer.from('{"id":1}')], want: ['[noise 8]'] },
];
for (const { name, chunk, want } of streams) {
  test(name, () => {
    assert.deepEqual(short(new FrameDecoder().push(Buffer.concat(chunk))), want);
  });
}

test('frames survive any chunking', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.infiniteStream(fc.nat(30)), (frames, cuts) => {
      const stream = Buffer.concat(frames);
      const decoder = new FrameDecoder();
      const decoded: Decoded[] = [];
      for (let at = 0; at < stream.length; ) {
        const size = Math.max(cuts.next().value, 1);
        decoded.push(...decoder.push(stream.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(short(decoded), frames.map(toHex));
      assert.equal(decoder.pendingBytes, 0);
    }),
  );
});

test('noise is accounted for to the byte, never throws, and keeps at most 19 bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(noise, anyFrame), { maxLength: 20 }), (chunks) => {
      const decoder = new FrameDecoder();
      let accounted = 0;
      for (const chunk of chunks) {
        for (const part of decoder.push(chunk)) accounted += part.kind === 'frame' ? 20 : part.bytes.length;
        assert.ok(decoder.pendingBytes <= 19);
      }
      const given = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      assert.equal(accounted + decoder.pendingBytes, given);
    }),
  );
});

test('after noise that holds no prefix every frame is found, in order', () => {
  const quiet = noise.map((bytes) => bytes.filter((byte) => byte !== 0x53));
  fc.assert(
    fc.property(fc.array(fc.tuple(quiet, anyFrame), { maxLength: 5 }), (parts) => {
      const decoder = new FrameDecoder();
      const decoded = parts.flatMap(([before, frame]) => [...decoder.push(before), ...decoder.push(frame)]);
      const frames = decoded.filter(({ kind }) => kind === 'frame');
      assert.deepEqual(
        short(frames),
        parts.map(([, frame]) => toHex(frame)),
      );
    }),
  );
});

test('after any noise the frames are found again: at most the first is lost', () => {
  const frame = bytesOf(6); // with a suffix inside its data, for a false prefix to end at
  fc.assert(
    fc.property(noise, (before) => {
      const decoder = new FrameDecoder();
      const decoded = decoder.push(Buffer.concat([before, ...Array(4).fill(frame)]));
      const found = short(decoded).filter((each) => each === toHex(frame));
      assert.ok(found.length >= 3, `${found.length} of 4`);
    }),
  );
});
