import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../src/platform/linkPreviews/addresses.js';

/** The registries of special purpose addresses, multicast, and what translates to IPv4, by hand. */
const SPECIAL_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
const SPECIAL_6 = [
  '::/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
  '4000::/2',
  '8000::/1',
];

const blocks = [...SPECIAL_4, ...SPECIAL_6].map((cidr) => {
  const [base = '', bits = ''] = cidr.split('/');
  return { cidr, base, bits: Number(bits), family: base.includes(':') ? ('ipv6' as const) : ('ipv4' as const) };
});
// One list a family: it takes IPv4 addresses for mapped ones.
const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const { base, bits, family } of blocks) lists[family].addSubnet(base, bits, family);
const isSpecial = (address: string): boolean => {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return lists[family].check(address, family);
};

const v4 = (bits: number): string => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
const v6 = (bits: bigint): string =>
  Array.from({ length: 8 }, (_, group) => ((bits >> BigInt(112 - 16 * group)) & 0xffffn).toString(16)).join(':');
const number4 = (text: string): number => text.split('.').reduce((all, part) => all * 256 + Number(part), 0);
const number6 = (text: string): bigint => {
  const [before = [], after = []] = text.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return groups.reduce((all, group) => (all << 16n) | BigInt(`0x${group}`), 0n);
};

describe('an address', () => {
  it('is public exactly when no registry says otherwise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }).map(v4), (address) => {
        expect(isPublicAddress(address), address).toBe(!isSpecial(address));
      }),
      { numRuns: 2_000 },
    );
    const bits = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
    const anywhere = fc.oneof(
      bits,
      bits.map((each) => (each & ((1n << 125n) - 1n)) | (1n << 125n)),
      bits.map((each) => (each & ((1n << 96n) - 1n)) | (0x2001n << 112n)),
    );
    fc.assert(
      fc.property(anywhere.map(v6), (address) => {
        expect(isPublicAddress(address), address).toBe(!isSpecial(address));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(blocks)(
    'of $cidr is not public from its first to its last, and what surrounds it is as it is listed',
    (block) => {
      const { base, bits, family } = block;
      if (family === 'ipv4') {
        const first = number4(base);
        const last = first + 2 ** (32 - bits) - 1;
        for (const inside of [first, last]) expect(isPublicAddress(v4(inside)), v4(inside)).toBe(false);
        for (const beside of [first - 1, last + 1])
          if (beside >= 0 && beside < 2 ** 32)
            expect(isPublicAddress(v4(beside)), v4(beside)).toBe(!isSpecial(v4(beside)));
        return;
      }
      const first = number6(base);
      const last = first + (1n << BigInt(128 - bits)) - 1n;
      for (const inside of [first, last]) expect(isPublicAddress(v6(inside)), v6(inside)).toBe(false);
      for (const beside of [first - 1n, last + 1n])
        if (beside >= 0n && beside < 1n << 128n)
          expect(isPublicAddress(v6(beside)), v6(beside)).toBe(!isSpecial(v6(beside)));
    },
  );

  it('that stands for a private one of IPv4 is not public, in whatever notation', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('127.0.0.1', '10.1.2.3', '169.254.169.254', '8.8.8.8'),
        fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2002:'),
        (address, prefix) => {
          const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
          const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
          expect(isPublicAddress(prefix + (prefix === '2002:' ? `${groups}::` : groups))).toBe(false);
          if (prefix !== '2002:') expect(isPublicAddress(prefix + address)).toBe(false);
        },
      ),
    );
  });

  it.each(['', 'localhost', '1.2.3', '0x8.8.8.8', '08.8.8.8', '2606:4700::1%eth0', '8.8.8.8 ', '[2606:4700::1]'])(
    'is written as such: %j is none',
    (text) => {
      expect(isPublicAddress(text)).toBe(false);
    },
  );

  it.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
    'of a site that everybody reaches is public: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});
