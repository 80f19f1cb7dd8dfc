import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSecret, publicKeyText } from '../../../config/sections/secret.ts';

const LONGEST = Buffer.alloc(64, 0xa5);
const PADDED = Buffer.alloc(25, 0xff).toString('base64');

// Svix's own cases: prefixes, base64, 24 to 64 bytes.
const refused = [
  { secret: '', why: 'the secret must begin with whsec_ or whsk_' },
  { secret: 'w', why: 'the secret must begin with whsec_ or whsk_' },
  { secret: 'hwsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', why: 'the secret must begin with whsec_ or whsk_' },
  {
    secret: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
    why: 'whpk_ is the public key, which receivers verify with; signing needs the whsk_ that it belongs to',
  },
  { secret: 'whsk_6Xb/dCcHpPea21PS1N9VY', why: 'what follows whsk_ in the secret is not base64' },
  {
    secret: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6K',
    why: 'the secret has 63 bytes; expected 64',
  },
  { secret: 'whsk_%', why: 'what follows whsk_ in the secret is not base64' },
  { secret: 'whsk_', why: 'the secret has 0 bytes; expected 64' },
  {
    secret: `whsk_${Buffer.alloc(64, 7).toString('base64')}`,
    why: 'the two halves of the secret (seed and public key) do not belong together',
  },
  { secret: 'whsec_', why: 'the secret has 0 bytes; expected 24 to 64' },
  { secret: 'whsec_%', why: 'what follows whsec_ in the secret is not base64' },
  { secret: 'whsec_wronglength', why: 'what follows whsec_ in the secret is not base64' },
  {
    secret: 'whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7oD',
    why: 'what follows whsec_ in the secret is not base64',
  },
  {
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n',
    why: 'what follows whsec_ in the secret is not base64',
  },
  { secret: 'whsec_bm90LXZhbGlkCg==', why: 'the secret has 10 bytes; expected 24 to 64' },
  {
    secret: `whsec_${Buffer.alloc(23, 1).toString('base64')}`,
    why: 'the secret has 23 bytes; expected 24 to 64',
  },
  {
    secret: `whsec_${Buffer.alloc(65, 1).toString('base64')}`,
    why: 'the secret has 65 bytes; expected 24 to 64',
  },
  {
    secret: `whsec_${Buffer.alloc(81, 1).toString('base64')}`,
    why: 'the secret has 81 bytes; expected 24 to 64',
  },
];

for (const { secret, why } of refused) {
  test(`refuses ${JSON.stringify(secret)}`, () => {
    const parsed = parseSecret(secret);
    assert.ok('problem' in parsed);
    assert.equal(parsed.problem.en, why);
    assert.notEqual(parsed.problem['pt-BR'] as string, why);
  });
}

const accepted = [
  {
    secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    hex: '0b6155b0140886bb1c0a195020c57e6f9b1262ca686fba03',
  },
  { secret: `whsec_${LONGEST.toString('base64')}`, hex: LONGEST.toString('hex') },
  { secret: `whsec_${PADDED}`, hex: 'ff'.repeat(25) },
  { secret: `whsec_${PADDED.replace(/=+$/, '')}`, hex: 'ff'.repeat(25) },
];

for (const { secret, hex } of accepted) {
  test(`accepts ${secret}`, () => {
    const parsed = parseSecret(secret);
    assert.ok('key' in parsed);
    assert.equal(parsed.key.kind, 'hmac');
    assert.equal(parsed.key.text, secret);
    assert.equal(Buffer.from(parsed.key.bytes).toString('hex'), hex);
  });
}

test('accepts an ed25519 secret and gives its public key (Svix’s vector)', () => {
  const secret =
    'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const parsed = parseSecret(secret);
  assert.ok('key' in parsed);
  assert.equal(parsed.key.kind, 'ed25519');
  assert.equal(parsed.key.bytes.length, 64);
  assert.equal(publicKeyText(parsed.key), 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=');
});
