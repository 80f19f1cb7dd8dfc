import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockedAddress, type Lookup } from '../../../agent/http/address-guard.ts';
import { Poster } from '../delivery/posting.ts';

type Verdict = 'never' | 'loopback' | 'allowed';

/** Both published lists of webhooks.md 2c, whole, with what an on-prem gateway makes of each address. */
const VECTORS: Readonly<Record<Verdict, string>> = {
  never: `
    0.1.2.3 0.0.0.0 169.254.45.1 255.255.255.255 224.1.2.3 233.252.0.16
    :: ::ffff:0.0.0.1 fe80::dead:beef febf:ffff::dead:beef
    169.254.169.254 169.254.0.1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::1 fd00:ec2::254
    fe80::1 ff02::1 64:ff9b:1::a9fe:a9fe`,
  loopback: '127.254.254.254 ::1 ::ffff:127.0.0.1 127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::1',
  // The strict list refuses networks of a gym's own and those that nobody is on; here a receiver may be there.
  allowed: `
    10.254.0.0 192.168.10.65 172.16.10.65 192.0.0.0 192.0.2.255 198.51.100.65 203.0.113.6 100.100.0.0 192.88.99.3
    198.18.0.0 240.240.240.240 2001:db8::1 3fff::dead:beef fd7a:115c:a1e0::1 2002:c000:204::dead:beef
    64:ff9b::c0a8:0 64:ff9b::808:808 64:ff9b:1::dead:beef 5f00::dead:beef 100::1:2:3:4
    1.1.1.1 8.8.8.8 ::ffff:8.8.8.8 2001:4860:4860::8888
    10.0.0.5 192.168.1.10 172.16.0.1 fd12:3456::1 2002:808:808::1`,
};

const addressesOf = (verdict: Verdict): string[] => VECTORS[verdict].trim().split(/\s+/);
const ALLOW = { without: ['http'], with: ['http', 'loopback'] } as const;

test('every address of both lists', () => {
  for (const [verdict, without, withLeave] of [
    ['never', true, true],
    ['loopback', true, false],
    ['allowed', false, false],
  ] as const) {
    for (const address of addressesOf(verdict)) {
      assert.equal(blockedAddress(address, { loopback: false }), without, address);
      assert.equal(blockedAddress(address, { loopback: true }), withLeave, address);
    }
  }
});

/** What becomes of a request whose name leads to an address; nothing leaves this machine. */
async function resolved(address: string, allow: readonly ('http' | 'loopback')[]): Promise<string> {
  const lookup: Lookup = (_hostname, _options, callback) =>
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
  await using poster = new Poster({ url: new URL('http://crm.example:9/'), allow }, { lookup });
  return (await poster.found())[1];
}

async function literal(host: string, allow: readonly ('http' | 'loopback')[]): Promise<string> {
  await using poster = new Poster({ url: new URL(`http://${host}:9/`), allow });
  return (await poster.found())[1];
}

test('a name that leads to a refused address, and the address in the URL itself', async () => {
  const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address);
  for (const address of addressesOf('never')) {
    for (const allow of [ALLOW.without, ALLOW.with]) {
      assert.equal(await resolved(address, allow), 'address_blocked', address);
      assert.equal(await literal(inUrl(address), allow), 'address_blocked', address);
    }
  }
  for (const address of addressesOf('loopback')) {
    assert.equal(await resolved(address, ALLOW.without), 'address_blocked', address);
    assert.equal(await literal(inUrl(address), ALLOW.without), 'address_blocked', address);
  }
});

const spellings: Readonly<Record<'never' | 'loopback', readonly string[]>> = {
  never: [
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '169.16689662',
    '169.254.169.254.',
    '%31%36%39.254.169.254',
    '１６９.254.169.254',
    '169。254。169。254',
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:FFFF:169.254.169.254]',
    '[fe80:0:0:0::1]',
    '0',
  ],
  loopback: [
    '2130706433',
    '0x7f.1',
    '127.1',
    '017700000001',
    '0x7f000001',
    '127.0.0.1.',
    '[::ffff:7f00:1]',
    '[0:0::1]',
  ],
};

test('spellings that the WHATWG URL parser turns into a refused address', async () => {
  for (const host of spellings.never) assert.equal(await literal(host, ALLOW.with), 'address_blocked', host);
  for (const host of spellings.loopback)
    assert.equal(await literal(host, ALLOW.without), 'address_blocked', host);
});
