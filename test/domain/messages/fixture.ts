import { expect } from 'vitest';
import { ABSENT, evolve, type ConversationState } from '../../../src/domain/conversations/state.js';
import type { Asked, Change, ChangeDecision } from '../../../src/domain/messages/decideChange.js';
import { evolveTarget, type Target } from '../../../src/domain/messages/target.js';

export const SENT_AT = 1_790_000_000_000;
export const MINUTE = 60_000;

/** An event of a conversation and who did it; `at` minutes after the message was sent. */
export type Happened = readonly [actor: string, type: string, data: object, at?: number];

export const between: Happened = ['ada', 'ConversationStarted', { kind: 'direct', members: ['ada', 'bob'] }];
const settings = {
  send: 'everyone',
  editInfo: 'everyone',
  addMembers: 'everyone',
  approval: false,
  sharedHistory: false,
};
/** Gil owns it, hal and ida are members. */
export const inGroup: Happened = [
  'gil',
  'GroupCreated',
  {
    name: {},
    members: [
      { accountId: 'gil', role: 'owner' },
      { accountId: 'hal', role: 'member' },
      { accountId: 'ida', role: 'member' },
    ],
    settings,
  },
];
export const says = (author: string, more: object = {}, content: object = { kind: 'text' }): Happened => [
  author,
  'MessageSent',
  { at: SENT_AT, content, ...more },
];
export const poll = (author: string, more: object = {}): Happened =>
  says(author, {}, { kind: 'poll', options: 3, multiple: false, votesVisible: true, ...more });

export function folded(
  history: readonly Happened[],
  account: string,
  seq = 1,
): { readonly state: ConversationState; readonly target: Target | undefined } {
  let state: ConversationState = ABSENT;
  let target: Target | undefined;
  for (const [revision, [actor, type, data, minutes = 0]] of history.entries()) {
    const metadata = { actor: { account: actor }, occurredAt: SENT_AT + minutes * MINUTE };
    const event = { id: `event ${revision}`, type, data, revision, metadata };
    state = evolve(state, event);
    target = evolveTarget(target, event, { seq }, account);
  }
  return { state, target };
}

/** `given(history).when(account, decide, minutes after the message was sent)` and what comes of it. */
export function given(...history: readonly Happened[]) {
  return {
    when(account: string, decide: (asked: Asked) => ChangeDecision, minutes = 1) {
      const decision = decide({ ...folded(history, account), account, now: SENT_AT + minutes * MINUTE });
      return {
        then: (...events: readonly Change[]) => {
          expect(decision).toEqual({ events });
        },
        rejects: (kind: string, more: object = {}) => {
          expect(decision).toEqual({ rejected: { kind, ...more } });
        },
        nothing: () => {
          expect(decision).toEqual({ events: [] });
        },
      };
    },
  };
}
