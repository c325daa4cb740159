import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  evolve,
  type ConversationEvent,
  type ConversationState,
} from '../../../src/domain/conversations/index.js';
import { decideTimer, TIMER, type SetTimer } from '../../../src/domain/disappearing/decide.js';
import { BUCKET_MS, bucketOfScope, messageKeyRef } from '../../../src/domain/shared/expiry.js';
import { placed, specification } from '../../kit/specification.js';

const started: ConversationEvent = { type: 'ConversationStarted', data: { kind: 'direct', members: ['ann', 'bob'] } };
const timer = (seconds: number | null): ConversationEvent => ({ type: 'TimerChanged', data: { seconds } });
const { given } = specification<ConversationState, ConversationEvent, SetTimer, string>({
  initial: ABSENT,
  evolve: (state, event, revision) => evolve(state, placed([event], 'owner', revision)[0]!),
  decide: decideTimer,
});

describe('the timer of a conversation', () => {
  it('is set by members', () => {
    given(started).when({ by: 'bob', seconds: 3600 }).then(timer(3600));
    given(started, timer(3600)).when({ by: 'ann', seconds: 3600 }).nothing();
    given(started, timer(3600)).when({ by: 'ann', seconds: null }).then(timer(null));
    given(started).when({ by: 'cat', seconds: 3600 }).rejects('not_a_member');
    given().when({ by: 'cat', seconds: 3600 }).rejects('not_a_member');
  });

  it('is set by admins where they keep the rest to themselves', () => {
    const members = [
      { accountId: 'ann', role: 'owner' as const },
      { accountId: 'bob', role: 'member' as const },
    ];
    const settings = {
      send: 'everyone',
      editInfo: 'admins',
      addMembers: 'everyone',
      approval: false,
      sharedHistory: false,
    } as const;
    const name = { k: 'k', n: 'n', c: 'c' };
    const group: ConversationEvent = { type: 'GroupCreated', data: { name, members, settings } };
    given(group).when({ by: 'bob', seconds: 60 }).rejects('not_allowed');
    given(group).when({ by: 'ann', seconds: 60 }).then(timer(60));
  });

  it('is whole seconds within bounds', () => {
    for (const seconds of [TIMER.least - 1, TIMER.most + 1, 0, -1, 60.5, Number.NaN])
      given(started).when({ by: 'ann', seconds }).rejects('invalid_timer');
    for (const seconds of [TIMER.least, TIMER.most]) given(started).when({ by: 'ann', seconds }).then(timer(seconds));
  });
});

describe('the key of what disappears', () => {
  it('covers the hour in which it is over', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 0, max: 4_000_000_000_000 }), (id, expiresAt) => {
        const { scope } = messageKeyRef('ann', id, expiresAt);
        const bucket = bucketOfScope(scope)!;
        expect(bucket.conversationId).toBe(id);
        expect(bucket.to - bucket.from).toBe(BUCKET_MS);
        expect(bucket.from <= expiresAt && expiresAt < bucket.to).toBe(true);
      }),
    );
    for (const scope of ['account', 'conversation', 'conversation:x:1', messageKeyRef('ann', 'c', null).scope])
      expect(bucketOfScope(scope)).toBeUndefined();
  });
});
