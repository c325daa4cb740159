import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, decideAcknowledge, NOTHING, shownOf, whatIsKept } from '../../../src/domain/receipts/decide.js';

const command = fc.record({
  delivered: fc.option(fc.nat(50), { nil: undefined }),
  read: fc.option(fc.nat(50), { nil: undefined }),
});

describe('watermarks', () => {
  it('count what was read as delivered', () => {
    expect(advance(NOTHING, { read: 4 })).toEqual({ delivered: 4, read: 4 });
    expect(advance({ delivered: 6, read: 1 }, { read: 4 })).toEqual({ delivered: 6, read: 4 });
  });

  it('stay the very same object for what is stale or equal', () => {
    const current = { delivered: 5, read: 3 };
    expect(advance(current, { delivered: 5, read: 3 })).toBe(current);
    expect(advance(current, { delivered: 1 })).toBe(current);
    expect(advance(current, {})).toBe(current);
  });

  it('never go back, and do not depend on the order or the number of commands', () => {
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        let forwards = NOTHING;
        for (const one of commands) {
          const next = advance(forwards, one);
          expect(next.delivered).toBeGreaterThanOrEqual(forwards.delivered);
          expect(next.read).toBeGreaterThanOrEqual(forwards.read);
          expect(next.delivered).toBeGreaterThanOrEqual(next.read);
          forwards = next;
        }
        const backwards = [...commands, ...commands].reverse().reduce(advance, NOTHING);
        expect(backwards).toEqual(forwards);
      }),
    );
  });

  it('do not pass the head', () => {
    expect(decideAcknowledge(5, { delivered: 5, read: 2 })).toBe('ok');
    expect(decideAcknowledge(5, { delivered: 6 })).toBe('beyond_head');
    expect(decideAcknowledge(5, { read: 6 })).toBe('beyond_head');
  });

  it('are kept of a channel for what was read alone: nobody is told what a device has', () => {
    expect(whatIsKept('direct', { delivered: 5, read: 3 })).toEqual({ delivered: 5, read: 3 });
    expect(whatIsKept('group', { delivered: 5, read: 3 })).toEqual({ delivered: 5, read: 3 });
    expect(whatIsKept('channel', { delivered: 5, read: 3 })).toEqual({ read: 3 });
    expect(advance(NOTHING, whatIsKept('channel', { delivered: 5 }))).toBe(NOTHING);
  });

  it('show the others what may be shown: no reading when it is private, nothing when it is withheld', () => {
    expect(shownOf({ delivered: 3, read: 5 })).toEqual({ delivered: 5, read: 5 });
    expect(shownOf({ delivered: 3, read: 5, private: true })).toEqual({ delivered: 5, read: -1 });
    expect(shownOf({ delivered: 3, private: true })).toEqual({ delivered: 3, read: -1 });
    expect(shownOf({ delivered: 3, read: 5, withheld: true })).toBeUndefined();
  });
});
