import fc from 'fast-check';
import { expect, it } from 'vitest';
import { heldAccounts } from '../../../src/domain/presence/sockets.js';

const GRACE = 60;

/** Opens and ends sockets of a few accounts, and lets time pass. */
const step = fc.oneof(
  fc.record({ do: fc.constant('open' as const), who: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ do: fc.constant('close' as const), who: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ do: fc.constant('pass' as const), time: fc.integer({ min: 1, max: 40 }) }),
);

it('an account is held from its first socket until the grace after its last, and let go of once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const held = heldAccounts(GRACE);
      const open = new Map<string, number>();
      const ended = new Map<string, number>();
      let now = 0;
      for (const one of steps) {
        if (one.do === 'pass') {
          now += one.time;
          const due = [...ended].filter(([, at]) => at + GRACE <= now);
          for (const [who] of due) ended.delete(who);
          expect(held.release(now)).toEqual(due.map(([accountId, lastSeenAt]) => ({ accountId, lastSeenAt })));
        } else if (one.do === 'open') {
          const fresh = (open.get(one.who) ?? 0) === 0 && !ended.has(one.who);
          expect(held.opened(one.who)).toBe(fresh);
          open.set(one.who, (open.get(one.who) ?? 0) + 1);
          ended.delete(one.who);
        } else {
          const sockets = open.get(one.who) ?? 0;
          held.closed(one.who, now);
          if (sockets > 0) open.set(one.who, sockets - 1);
          if (sockets === 1) ended.set(one.who, now);
        }
        for (const who of ['a', 'b', 'c']) expect(held.has(who)).toBe((open.get(who) ?? 0) > 0 || ended.has(who));
      }
      expect(held.size).toBe([...held.all()].length);
    }),
  );
});
