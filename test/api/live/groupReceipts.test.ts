import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupReceipts } from '../../../src/api/live/groupReceipts.js';
import { evolve, ABSENT, DEFAULT_SETTINGS, type Conversation } from '../../../src/domain/conversations/index.js';

const people = ['a', 'b', 'c', 'd'] as const;
type Person = (typeof people)[number];

function group(members: readonly Person[]): Conversation {
  const state = evolve(ABSENT, {
    type: 'GroupCreated',
    data: { members: members.map((accountId) => ({ accountId, role: 'member' })), settings: DEFAULT_SETTINGS },
    revision: 0,
    metadata: {},
  });
  if (state.kind === 'absent') throw new Error('not created');
  return state;
}

type Step =
  | { readonly kind: 'sent'; readonly by: Person }
  | { readonly kind: 'advanced'; readonly by: Person; readonly delivered: number; readonly read: number }
  | { readonly kind: 'joined' | 'left'; readonly who: Person };

const person = fc.constantFrom(...people);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sent' as const), by: person }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('advanced' as const),
      by: person,
      delivered: fc.integer({ min: 0, max: 12 }),
      read: fc.integer({ min: -1, max: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('joined' as const, 'left' as const), who: person }) },
);

describe('receipts of a group', () => {
  it('tell the authors when everybody has come further, and then only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const receipts = groupReceipts({ load: () => Promise.resolve([]) });
        let state = group(people);
        let seq = 0;
        const marks = new Map(people.map((who) => [who as string, { delivered: -1, read: -1 }]));
        const raise = (who: string, delivered: number, read: number): void => {
          const mark = marks.get(who)!;
          mark.read = Math.max(mark.read, read);
          mark.delivered = Math.max(mark.delivered, delivered, read);
        };
        const least = (mark: 'delivered' | 'read'): number =>
          Math.min(...[...state.members].map(([who, { joinedAt }]) => Math.max(joinedAt, marks.get(who)![mark])));
        const told = { delivered: 0, read: 0 };
        let begun = false;
        for (const move of steps) {
          if (move.kind === 'sent') {
            seq++;
            if (!begun) Object.assign(told, { delivered: seq - 1, read: seq - 1 });
            begun = true;
            raise(move.by, seq, seq);
            await receipts.messageSent('g', seq, move.by);
          } else if (move.kind === 'advanced') {
            const { by, delivered, read } = move;
            // As the server takes it: nobody acknowledges what is not there.
            if (delivered > seq || read > seq || !state.members.has(by)) continue;
            if (begun) raise(by, delivered, read);
            const said = receipts.watermarkAdvanced('g', state, { accountId: by, delivered, read });
            const now = { delivered: least('delivered'), read: least('read') };
            const moves = begun && (now.delivered > told.delivered || now.read > told.read);
            if (!moves) expect(said).toBeUndefined();
            else {
              told.delivered = Math.max(told.delivered, now.delivered);
              told.read = Math.max(told.read, now.read);
              if (said !== undefined) expect(said).toMatchObject(told);
            }
          } else {
            const type = move.kind === 'joined' ? 'MembersAdded' : 'MemberLeft';
            const data =
              move.kind === 'joined' ? { members: [move.who], sharedHistory: true } : { accountId: move.who };
            if (move.kind === 'left' && state.members.size === 1) continue;
            seq++;
            state = evolve(state, { type, data, revision: seq, metadata: {} }) as Conversation;
          }
        }
      }),
    );
  });

  it('name the authors of what everybody now has, each once', async () => {
    const receipts = groupReceipts({ load: () => Promise.resolve([]) });
    const state = group(['a', 'b', 'c']);
    await receipts.messageSent('g', 1, 'a');
    await receipts.messageSent('g', 2, 'b');
    await receipts.messageSent('g', 3, 'a');
    expect(receipts.watermarkAdvanced('g', state, { accountId: 'b', delivered: 3, read: 3 })).toBeUndefined();
    expect(receipts.watermarkAdvanced('g', state, { accountId: 'c', delivered: 2, read: -1 })).toEqual({
      delivered: 2,
      read: 0,
      authors: ['a', 'b'],
    });
    expect(receipts.watermarkAdvanced('g', state, { accountId: 'c', delivered: 3, read: 3 })).toEqual({
      delivered: 3,
      read: 3,
      authors: ['a', 'b'],
    });
  });
});
