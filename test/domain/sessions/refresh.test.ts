import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideRefresh,
  PREDECESSOR_GRACE_MS,
  SESSION_IDLE_MS,
  type Session,
} from '../../../src/domain/sessions/index.js';
import { newRefreshToken, parseRefreshToken } from '../../../src/domain/sessions/token.js';

const start: Session = { accountId: 'a', deviceId: 'd', current: ['t0'], previous: null, rotatedAt: 0, endedFor: null };

/** Presents tokens one after another; `now` is in seconds. Each answer hands out the next of t1, t2, … */
function present(...uses: readonly (readonly [token: string, atSecond: number])[]): string[] {
  let session = start;
  return uses.map(([presented, second], index) => {
    const decision = decideRefresh(session, { presented, successor: `t${String(index + 1)}`, now: second * 1000 });
    if (decision.kind === 'rotated') session = decision.session;
    return decision.kind;
  });
}

describe('refreshing', () => {
  it('rotates on every use', () => {
    expect(present(['t0', 1], ['t1', 2], ['t2', 500])).toEqual(['rotated', 'rotated', 'rotated']);
  });
  it('answers the predecessor again while its successor is unused: an answer may be lost', () => {
    expect(present(['t0', 1], ['t0', 61])).toEqual(['rotated', 'rotated']);
    expect(present(['t0', 1], ['t0', 62])).toEqual(['rotated', 'reused']);
  });
  it('lets either answer of the predecessor go on, and only one', () => {
    expect(present(['t0', 1], ['t0', 2], ['t1', 3])).toEqual(['rotated', 'rotated', 'rotated']);
    expect(present(['t0', 1], ['t0', 2], ['t2', 3])).toEqual(['rotated', 'rotated', 'rotated']);
    expect(present(['t0', 1], ['t0', 2], ['t2', 3], ['t1', 4])).toEqual(['rotated', 'rotated', 'rotated', 'reused']);
  });
  it('takes the predecessor no more once its successor was used', () => {
    expect(present(['t0', 1], ['t1', 2], ['t0', 3])).toEqual(['rotated', 'rotated', 'reused']);
  });
  it('ends after long silence, and stays ended', () => {
    expect(decideRefresh(start, { presented: 't0', successor: 't1', now: SESSION_IDLE_MS + 1 })).toEqual({
      kind: 'ended',
      reason: 'expired',
    });
    expect(decideRefresh({ ...start, endedFor: 'signed_out' }, { presented: 't0', successor: 't1', now: 1 })).toEqual({
      kind: 'ended',
      reason: 'signed_out',
    });
  });
  it('never accepts a token two uses old', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), (uses, pick) => {
        let session = start;
        for (let index = 0; index < uses; index += 1) {
          const decision = decideRefresh(session, {
            presented: `t${String(index)}`,
            successor: `t${String(index + 1)}`,
            now: index,
          });
          if (decision.kind !== 'rotated') throw new Error('a fresh token was refused');
          session = decision.session;
        }
        const old = `t${String(pick % (uses - 1))}`;
        expect(decideRefresh(session, { presented: old, successor: 'x', now: uses })).toEqual({ kind: 'reused' });
      }),
    );
  });
  it('bounds how often the predecessor is answered', () => {
    const session = {
      ...start,
      previous: 't-1',
      current: Array.from({ length: 8 }, (_, index) => `c${String(index)}`),
    };
    expect(decideRefresh(session, { presented: 't-1', successor: 'x', now: PREDECESSOR_GRACE_MS }).kind).toBe('reused');
  });
});

describe('refresh tokens', () => {
  it('are read back, and share only their family', () => {
    const first = newRefreshToken();
    const second = newRefreshToken(first.family);
    expect(parseRefreshToken(first.text)).toEqual(first);
    expect(second.familyHash).toEqual(first.familyHash);
    expect(second.hash).not.toBe(first.hash);
  });
  it.each(['', 'x', 'x'.repeat(63), 'x'.repeat(65), '!'.repeat(64)])('refuses %j', (text) => {
    expect(parseRefreshToken(text)).toBeNull();
  });
});
