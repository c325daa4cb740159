import { describe, expect, it } from 'vitest';
import { ABSENT, evolve, wasAdmin, type ConversationState } from '../../../src/domain/conversations/index.js';

/** Gil owns it, hal is a member; what happens begins at 1. */
function group(...happened: readonly (readonly [type: string, data: object])[]): ConversationState {
  const members = [
    { accountId: 'gil', role: 'owner' },
    { accountId: 'hal', role: 'member' },
  ];
  const all = [['GroupCreated', { name: {}, members, settings: {} }], ...happened] as const;
  return all.reduce<ConversationState>(
    (state, [type, data], revision) => evolve(state, { type, data, revision, metadata: { actor: { account: 'gil' } } }),
    ABSENT,
  );
}

const said = ['MessageSent', { at: 1 }] as const;
const becomes = (accountId: string, role: string) => ['RoleChanged', { accountId, role }] as const;
const when = (state: ConversationState, accountId: string, until: number): number[] =>
  Array.from({ length: until }, (_, seq) => seq).filter((seq) => wasAdmin(state, accountId, seq));

describe('who was an admin when', () => {
  it('is known whatever became of the role since', () => {
    const state = group(
      said,
      becomes('hal', 'admin'),
      said,
      said,
      becomes('hal', 'member'),
      said,
      becomes('hal', 'owner'),
    );
    expect(when(state, 'gil', 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(when(state, 'hal', 8)).toEqual([2, 3, 4, 5, 7]);
    expect(when(state, 'eve', 8)).toEqual([]);
    expect(wasAdmin(ABSENT, 'gil', 0)).toBe(false);
  });

  it('goes on from admin to owner, and ends with the membership', () => {
    const left = ['MemberLeft', { accountId: 'gil', newOwner: 'hal' }] as const;
    const back = ['MembersAdded', { members: ['gil'], sharedHistory: false, via: 'admin' }] as const;
    const state = group(becomes('hal', 'admin'), becomes('hal', 'owner'), left, said, back, said);
    expect(when(state, 'hal', 7)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(when(state, 'gil', 7)).toEqual([0, 1, 2, 3]);
  });

  it('begins for who is handed the group', () => {
    const state = group(said, ['MemberLeft', { accountId: 'gil', newOwner: 'hal' }], said);
    expect(when(state, 'hal', 4)).toEqual([2, 3]);
  });
});
