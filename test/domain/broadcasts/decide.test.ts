import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BroadcastCommand } from '../../../src/domain/broadcasts/commands.js';
import { decideBroadcast, MAX_RECIPIENTS } from '../../../src/domain/broadcasts/decide.js';
import {
  ABSENT,
  evolve,
  recipientsAt,
  toldOf,
  type ConversationEvent,
  type ConversationState,
} from '../../../src/domain/conversations/index.js';
import { placed, specification } from '../../kit/specification.js';

const name = { k: 'list|conversation', n: 'n', c: 'c' };
const created = (...recipients: string[]): ConversationEvent => ({
  type: 'BroadcastListCreated',
  data: { name, recipients },
});
const changed = (added: string[], removed: string[] = []): ConversationEvent => ({
  type: 'RecipientsChanged',
  data: { added, removed },
});
const change = (by: string, add: string[], remove: string[] = []): BroadcastCommand => ({
  type: 'changeRecipients',
  by,
  add,
  remove,
});
const { given } = specification<ConversationState, ConversationEvent, BroadcastCommand, string>({
  initial: ABSENT,
  evolve: (state, event, revision) => evolve(state, placed([event], 'owner', revision)[0]!),
  decide: decideBroadcast,
});
const many = Array.from({ length: MAX_RECIPIENTS }, (_, index) => `r${String(index)}`);

describe('a broadcast list', () => {
  it('is created once, for others than its author, each once', () => {
    const create = { type: 'create', by: 'owner', name, recipients: ['ann', 'owner', 'ann', 'bob'] } as const;
    given().when(create).then(created('ann', 'bob'));
    given(created('ann')).when(create).nothing();
    given()
      .when({ ...create, recipients: ['owner'] })
      .rejects('no_recipients');
    given()
      .when({ ...create, recipients: [...many, 'one more'] })
      .rejects('list_full');
  });

  it('changes by its author alone', () => {
    given(created('ann'))
      .when(change('owner', ['bob', 'ann'], ['ann']))
      .then(changed(['bob'], ['ann']));
    given(created('ann'))
      .when(change('owner', ['ann'], ['bob']))
      .nothing();
    given(created('ann'))
      .when(change('ann', ['bob']))
      .rejects('not_a_member');
    given()
      .when(change('owner', ['bob']))
      .rejects('not_a_member');
    given({ type: 'ConversationStarted', data: { kind: 'direct', members: ['ann', 'owner'] } })
      .when(change('owner', ['bob']))
      .rejects('not_allowed');
    given(created(...many))
      .when(change('owner', ['one more']))
      .rejects('list_full');
    given(created(...many))
      .when(change('owner', ['one more'], ['r7']))
      .then(changed(['one more'], ['r7']));
    given(created('ann'))
      .when({ type: 'rename', by: 'owner', name })
      .then({ type: 'GroupInfoChanged', data: { name } });
  });

  it('is told of to its author alone', () => {
    const state = placed([created('ann', 'bob'), changed(['cat'])]).reduce(evolve, ABSENT);
    expect(toldOf(state, 0)).toEqual(['owner']);
    expect(toldOf(state, 1)).toEqual(['owner']);
  });

  it('knows for every message who was in it then', () => {
    const people = fc.subarray(['a', 'b', 'c', 'd', 'e']);
    fc.assert(
      fc.property(people, fc.array(fc.tuple(people, people), { maxLength: 12 }), (first, changes) => {
        const now = new Set(first);
        const expected = [new Set(now)];
        let state = placed([created(...first)]).reduce(evolve, ABSENT);
        for (const [index, [add, remove]] of changes.entries()) {
          const decision = decideBroadcast(state, change('owner', add, remove));
          const events = 'events' in decision ? decision.events : [];
          // What changes nothing is a message's place.
          const event = events[0] ?? { type: 'MessageSent', data: { at: 1 } };
          state = evolve(state, placed([event], 'owner', index + 1)[0]!);
          for (const each of remove) now.delete(each);
          for (const each of add) if (!remove.includes(each)) now.add(each);
          expected.push(new Set(now));
        }
        for (const [seq, who] of expected.entries()) expect(new Set(recipientsAt(state, seq))).toEqual(who);
      }),
    );
  });
});
