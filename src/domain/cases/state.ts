import type { CaseEvent, CaseVerdict } from './events.js';

export type CaseState =
  { readonly kind: 'none' } | { readonly kind: 'open' } | { readonly kind: 'closed'; readonly verdict: CaseVerdict };

export const NO_CASE: CaseState = { kind: 'none' };

/** Total: an event that does not fit the state leaves it as it is. */
export function evolve(state: CaseState, event: CaseEvent<unknown>): CaseState {
  switch (event.type) {
    case 'CaseOpened':
      return state.kind === 'none' ? { kind: 'open' } : state;
    case 'CaseClosed':
      return state.kind === 'open' ? { kind: 'closed', verdict: event.data.verdict } : state;
  }
}
