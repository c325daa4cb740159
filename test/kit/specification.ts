import { expect } from 'vitest';
import type { ConversationStreamEvent } from '../../src/domain/conversations/index.js';

/** A decider as plain functions: `decide` answers events or a rejection, and never throws. */
export interface Decider<State, Event, Command, Rejection> {
  readonly initial: State;
  evolve(state: State, event: Event, revision: number): State;
  decide(state: State, command: Command): { readonly events: readonly Event[] } | { readonly rejected: Rejection };
}

export interface Then<Event, Rejection> {
  then(...events: readonly Event[]): void;
  rejects(rejection: Rejection): void;
  nothing(): void;
}

/** Events of a conversation's stream at the revisions from `first` on, by one actor. */
export function placed(
  events: readonly { readonly type: string; readonly data: object }[],
  actor = 'owner',
  first = 0,
): ConversationStreamEvent[] {
  return events.map((event, index) => ({ metadata: { actor: { account: actor } }, ...event, revision: first + index }));
}

/** `given(events).when(command).then(events)`, `.rejects(code)` or `.nothing()`. Nothing here is to be awaited. */
export function specification<State, Event, Command, Rejection>(decider: Decider<State, Event, Command, Rejection>) {
  const when =
    (history: readonly Event[]) =>
    (command: Command): Then<Event, Rejection> => {
      const state = history.reduce(
        (folded, event, revision) => decider.evolve(folded, event, revision),
        decider.initial,
      );
      const decision = decider.decide(state, command);
      return {
        then: (...events) => {
          expect(decision).toEqual({ events });
        },
        rejects: (rejection) => {
          expect(decision).toEqual({ rejected: rejection });
        },
        nothing: () => {
          expect(decision).toEqual({ events: [] });
        },
      };
    };
  return { given: (...history: readonly Event[]) => ({ when: when(history) }) };
}
