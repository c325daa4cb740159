import { setTimeout as pause } from 'node:timers/promises';
import type { ImportPlan, PlannedSend } from './plan.js';

/** What became of one message. `known`: it was there already, from an earlier import. */
export type SendOutcome =
  | { readonly kind: 'imported' }
  | { readonly kind: 'known' }
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly reason: string };

export interface ImportDeps {
  /** Sends in the given order; a send that begins later is stored later. */
  send(send: PlannedSend): Promise<SendOutcome>;
  progress?(done: number, total: number): void;
}

export interface ImportResult {
  readonly imported: number;
  readonly known: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

/** Enough for a batch of the store, and few enough that a refusal is met soon. */
const inFlight = 250;

/** Sends everything of the plan in the order of the file. Running it again changes nothing. */
export async function runImport(deps: ImportDeps, plan: ImportPlan): Promise<ImportResult> {
  let imported = 0;
  let known = 0;
  const refused: { line: number; reason: string }[] = [];
  for (let start = 0; start < plan.sends.length; start += inFlight) {
    const chunk = plan.sends.slice(start, start + inFlight);
    const outcomes = await Promise.all(chunk.map((send) => untilSettled(deps, send)));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind === 'imported') imported += 1;
      else if (outcome.kind === 'known') known += 1;
      else refused.push({ line: chunk[index]?.line ?? 0, reason: outcome.reason });
    }
    deps.progress?.(start + chunk.length, plan.sends.length);
  }
  return { imported, known, refused };
}

async function untilSettled(deps: ImportDeps, send: PlannedSend): Promise<Exclude<SendOutcome, { kind: 'busy' }>> {
  for (let tries = 0; tries < 50; tries += 1) {
    const outcome = await deps.send(send);
    if (outcome.kind !== 'busy') return outcome;
    await pause(outcome.retryAfterMs);
  }
  return { kind: 'refused', reason: 'busy' };
}
