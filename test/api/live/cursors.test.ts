import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorsOf } from '../../../src/api/live/cursors.js';
import type { Position } from '../../../src/platform/eventStore/port.js';

const ours = cursorsOf('0190f000-0000-7000-8000-000000000001');
const other = cursorsOf('0190f000-0000-7000-8000-000000000002');
const positions = fc.bigInt({ min: -1n, max: 2n ** 62n }).map((value) => value as Position);

describe('cursors and read tokens', () => {
  it('come back as the position that they were made of', () => {
    fc.assert(
      fc.property(positions, (position) => {
        expect(ours.decodeCursor(ours.encodeCursor(position))).toBe(position);
        expect(ours.decodeReadToken(ours.encodeReadToken(position))).toBe(position);
      }),
    );
  });

  it('are not each other: resuming from a mutation would miss what others wrote before', () => {
    expect(ours.decodeCursor(ours.encodeReadToken(7n as Position))).toBeUndefined();
    expect(ours.decodeReadToken(ours.encodeCursor(7n as Position))).toBeUndefined();
  });

  it('of another log are told apart', () =>
    expect(other.decodeCursor(ours.encodeCursor(7n as Position))).toBe('foreign'));

  it('that were made up are none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(ours.decodeCursor(text)).toBeUndefined();
      }),
    );
    expect(ours.decodeCursor(`${ours.encodeCursor(7n as Position)}=`)).toBeUndefined();
  });
});
