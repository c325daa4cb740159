import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideStart } from '../../../src/domain/conversations/decide.js';
import { directConversationId } from '../../../src/domain/conversations/index.js';
import { ABSENT, evolve, isMember, type ConversationState } from '../../../src/domain/conversations/state.js';
import type { StartDirectConversation } from '../../../src/domain/conversations/commands.js';
import type { ConversationEvent } from '../../../src/domain/conversations/events.js';
import { specification } from '../../kit/specification.js';

const fold = (state: ConversationState, event: ConversationEvent, revision = 0): ConversationState =>
  evolve(state, { ...event, revision, metadata: {} });
const { given } = specification({ initial: ABSENT, evolve: fold, decide: decideStart });
const start: StartDirectConversation = { initiator: 'b', other: 'a', otherExists: true, withheld: false };
const started: ConversationEvent = { type: 'ConversationStarted', data: { kind: 'direct', members: ['a', 'b'] } };

describe('starting a direct conversation', () => {
  it('has the two accounts as its members', () => given().when(start).then(started));
  it('changes nothing when it is there, whoever starts it', () => {
    given(started).when(start).nothing();
    given(started)
      .when({ ...start, initiator: 'a', other: 'b' })
      .nothing();
  });
  it('needs somebody to talk to', () =>
    given()
      .when({ ...start, otherExists: false })
      .rejects('no_such_account'));
  it('is not had with oneself', () =>
    given()
      .when({ ...start, other: 'b' })
      .rejects('with_oneself'));
});

describe('a conversation', () => {
  it('has one id a pair, and another for every other pair', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.uuid(), (a, b, c) => {
        expect(directConversationId(a, b)).toBe(directConversationId(b, a));
        if (c !== b && c !== a) expect(directConversationId(a, c)).not.toBe(directConversationId(a, b));
      }),
    );
  });

  it('folds any event without failing, and leaves what it does not know', () => {
    fc.assert(
      fc.property(fc.string(), fc.object(), (type, data) => {
        fc.pre(!/^[A-Z]/.test(type));
        const state = fold(ABSENT, started);
        expect(evolve(state, { type, data, revision: 1, metadata: {} })).toBe(state);
      }),
    );
  });

  it('knows its members', () => {
    const state = fold(ABSENT, started);
    expect([isMember(state, 'a'), isMember(state, 'b'), isMember(state, 'c'), isMember(ABSENT, 'a')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
