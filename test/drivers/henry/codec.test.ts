import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checksum, type Decoded, encodeFrame, FrameDecoder } from '../../../drivers/henry/codec.ts';
import { frameOf, payloadOf, vector, vectors } from './vectors.ts';

const noise = fc.uint8Array({ maxLength: 60 });
const aVector = fc.constantFrom(...vectors);

function frames(decoded: readonly Decoded[]): string[] {
  return decoded.flatMap((part) =>
    part.kind === 'frame' ? [Buffer.from(part.payload).toString('latin1')] : [],
  );
}

function discards(decoded: readonly Decoded[]): string[] {
  return decoded.flatMap((part) => (part.kind === 'discarded' ? [part.why] : []));
}

/** Gives up whatever waits, as the session does after each silence. */
function expireAll(decoder: FrameDecoder): Decoded[] {
  const decoded: Decoded[] = [];
  while (decoder.pendingBytes > 0) decoded.push(...decoder.expire());
  return decoded;
}

test('the vectors are all there', () => {
  assert.equal(vectors.length, 36);
});

for (const each of vectors) {
  test(`${each.id} (${each.direction}): frame to payload and back`, () => {
    const frame = frameOf(each);
    assert.equal(frame.length, each.total);
    assert.deepEqual(frames(new FrameDecoder().push(frame)), [each.payload]);
    assert.deepEqual(Buffer.from(encodeFrame(payloadOf(each))), frame);
    assert.equal(checksum(frame.subarray(1, 3 + each.size)), Number(each.checksum));
  });
}

test('any payload that looks like one survives the way there and back, however it is cut up', () => {
  const payload = fc
    .tuple(fc.constantFrom('01+RH+', '7+REON+', '99+EU+00+'), fc.uint8Array({ maxLength: 600 }))
    .map(([head, tail]) => Buffer.concat([Buffer.from(head), tail]));
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 5 }), fc.infiniteStream(fc.nat(40)), (payloads, cuts) => {
      const stream = Buffer.concat(payloads.map((each) => encodeFrame(each)));
      const decoder = new FrameDecoder();
      const decoded: Decoded[] = [];
      for (let at = 0; at < stream.length; ) {
        const size = Math.max(cuts.next().value, 1);
        decoded.push(...decoder.push(stream.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(
        frames(decoded),
        payloads.map((each) => each.toString('latin1')),
      );
      assert.deepEqual(discards(decoded), []);
      assert.equal(decoder.pendingBytes, 0);
    }),
  );
});

test('noise never throws, is accounted for to the byte and keeps the buffer bounded', () => {
  const largest = 64;
  fc.assert(
    fc.property(fc.array(fc.oneof(noise, aVector.map(frameOf)), { maxLength: 20 }), (chunks) => {
      const decoder = new FrameDecoder(largest);
      const decoded: Decoded[] = [];
      for (const chunk of chunks) {
        decoded.push(...decoder.push(chunk));
        assert.ok(decoder.pendingBytes < largest + 5);
      }
      decoded.push(...expireAll(decoder));
      const accounted = decoded.reduce(
        (sum, part) => sum + (part.kind === 'frame' ? part.payload.length + 5 : part.bytes.length),
        0,
      );
      assert.equal(
        accounted,
        chunks.reduce((sum, chunk) => sum + chunk.length, 0),
      );
    }),
  );
});

test('after noise and the silences every good frame is found', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(noise, aVector), { minLength: 1, maxLength: 4 }), (parts) => {
      const decoder = new FrameDecoder();
      const decoded = parts.flatMap(([before, { hex }]) => [
        ...decoder.push(before),
        ...decoder.push(Buffer.from(hex, 'hex')),
      ]);
      decoded.push(...expireAll(decoder));
      const found = frames(decoded);
      // Noise may by chance hold a frame of its own, but none that was sent is lost, nor its order.
      let from = 0;
      for (const [, { payload }] of parts) {
        const at = found.indexOf(payload, from);
        assert.notEqual(at, -1);
        from = at + 1;
      }
    }),
  );
});

test('one corrupted byte outside the size costs at most its own frame', () => {
  fc.assert(
    fc.property(
      aVector,
      aVector,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (broken, good, position, flip) => {
        const bytes = frameOf(broken);
        const at = position % (bytes.length - 2);
        const corrupted = at === 0 ? 0 : at + 2;
        bytes[corrupted] = bytes[corrupted]! ^ flip;
        const decoder = new FrameDecoder();
        const decoded = [...decoder.push(bytes), ...decoder.push(frameOf(good)), ...expireAll(decoder)];
        assert.equal(frames(decoded).at(-1), good.payload);
      },
    ),
  );
});

test('a corrupted size does not swallow the frames behind it', () => {
  const good = vectors.map(({ payload }) => payload);
  for (const size of [7, 40, 61, 200, 1000, 16_384]) {
    const broken = frameOf(vector('O1'));
    broken.writeUInt16LE(size, 1);
    const decoder = new FrameDecoder();
    const decoded = decoder.push(Buffer.concat([broken, ...vectors.map(frameOf)]));
    decoded.push(...expireAll(decoder));
    assert.deepEqual(frames(decoded), good, String(size));
  }
});

const O1 = frameOf(vector('O1'));
const rules = [
  { name: 'rule 1: bytes before STX', bytes: Buffer.from('lixo'), want: ['garbage'] },
  {
    name: 'rule 2: a size below the shortest payload',
    bytes: Buffer.from([0x02, 0x05, 0x00]),
    want: ['size', 'garbage'],
  },
  {
    name: 'rule 2: a size above the largest payload',
    bytes: Buffer.from([0x02, 0x01, 0x40]),
    want: ['size', 'garbage'],
  },
  {
    name: 'rule 3: no digit behind the size',
    bytes: Buffer.from([0x02, 0x20, 0x00, 0x41]),
    want: ['implausible', 'garbage'],
  },
  {
    name: 'rule 3: a digit, but no plus',
    bytes: Buffer.from('\x02\x20\x00123'),
    want: ['implausible', 'garbage'],
  },
  {
    name: 'rule 3: no capital behind the plus',
    bytes: Buffer.from('\x02\x20\x001+r'),
    want: ['implausible', 'garbage'],
  },
  { name: 'rule 5: no ETX', bytes: Buffer.from([...O1.subarray(0, -1), 0x04]), want: ['etx', 'garbage'] },
  {
    name: 'rule 6: wrong checksum',
    bytes: Buffer.from([...O1.subarray(0, -2), 0x47, 0x03]),
    want: ['checksum', 'garbage'],
  },
];
for (const { name, bytes, want } of rules) {
  test(`${name}: discarded at once, the good frame behind it found`, () => {
    const decoded = new FrameDecoder().push(Buffer.concat([bytes, O1]));
    assert.deepEqual(discards(decoded), want);
    assert.deepEqual(frames(decoded), [vector('O1').payload]);
  });
}

test('rule 4: a false start that announces more than comes holds the good frame until the silence', () => {
  const decoder = new FrameDecoder();
  assert.deepEqual(decoder.push(Buffer.concat([Buffer.from('\x02\xff\x0001+RR', 'latin1'), O1])), []);
  const decoded = decoder.expire();
  assert.deepEqual(discards(decoded), ['silence', 'garbage']);
  assert.deepEqual(frames(decoded), [vector('O1').payload]);
  assert.deepEqual(decoder.expire(), []);
});

test('a size byte that is STX and a checksum that is ETX are no borders (C9, size 258)', () => {
  const payload = Buffer.from(`01+RR+00+${'x'.repeat(249)}`);
  assert.equal(payload.length, 0x0102);
  const decoded = new FrameDecoder().push(Buffer.concat([encodeFrame(payload), frameOf(vector('C9'))]));
  assert.deepEqual(frames(decoded), [payload.toString(), vector('C9').payload]);
});
