import { expect } from 'vitest';

/** A decider as plain functions: `decide` answers events or a rejection, and never throws. */
export interface Decider<State, Event, Command, Rejection> {
  readonly initial: State;
  evolve(state: State, event: Event): State;
  decide(state: State, command: Command): { readonly events: readonly Event[] } | { readonly rejected: Rejection };
}

export interface Then<Event, Rejection> {
  then(...events: readonly Event[]): void;
  rejects(rejection: Rejection): void;
  nothing(): void;
}

/** `given(events).when(command).then(events)`, `.rejects(code)` or `.nothing()`. Nothing here is to be awaited. */
export function specification<State, Event, Command, Rejection>(decider: Decider<State, Event, Command, Rejection>) {
  const when =
    (history: readonly Event[]) =>
    (command: Command): Then<Event, Rejection> => {
      const state = history.reduce((folded, event) => decider.evolve(folded, event), decider.initial);
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
