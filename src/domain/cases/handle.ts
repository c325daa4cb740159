import type { Clock } from '../../platform/clock/port.js';
import { EventStoreError, type EventStore, type Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Actor } from '../conversations/index.js';
import { uuidv8 } from '../shared/ids.js';
import { appendCase, loadCase, type LoadedCase } from './caseStream.js';
import {
  CASE_LIMITS,
  decideCloseCase,
  decideOpenCase,
  type CaseDecision,
  type CaseRejection,
  type CloseRejection,
  type Evidence,
} from './decide.js';
import type { CaseVerdict, ReportReason } from './events.js';
import type { CaseState } from './state.js';

export interface ReportRequest {
  readonly actor: Actor;
  /** Who is reported; undefined: whoever wrote the messages. */
  readonly accountId?: string;
  readonly messageIds: readonly string[];
  readonly reason: ReportReason;
  readonly comment?: string;
}

export interface CloseRequest {
  readonly actor: Actor;
  readonly caseId: string;
  readonly verdict: CaseVerdict;
  readonly note?: string;
}

export type ReportOutcome =
  | { readonly kind: 'reported'; readonly caseId: string; readonly position: Position | undefined }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  | CaseRejection;

export type CloseOutcome =
  { readonly kind: 'closed'; readonly caseId: string; readonly position: Position | undefined } | CloseRejection;

export interface CaseHandlers {
  /** Idempotent: the same report by the same account is the same case. */
  report(request: ReportRequest): Promise<ReportOutcome>;
  /** By an administrator, of which the caller has made sure. */
  close(request: CloseRequest): Promise<CloseOutcome>;
}

export interface CaseDeps {
  readonly eventStore: EventStore;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  readonly accountExists: (accountId: string) => Promise<boolean>;
  /** A message that the account may see. */
  readonly findMessage: (viewer: string, messageId: string) => Promise<Evidence | undefined>;
}

const MAX_CONFLICTS = 8;

export function caseHandlers(deps: CaseDeps): CaseHandlers {
  /** Decides again when somebody else was first. */
  const commit = async <Rejection>(
    actor: Actor,
    caseId: string,
    decide: (state: CaseState) => CaseDecision<Rejection>,
  ): Promise<{ readonly rejected: Rejection } | { readonly position: Position | undefined }> => {
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      const loaded: LoadedCase = await loadCase(deps.eventStore, caseId);
      const decision = decide(loaded.state);
      if ('rejected' in decision) return decision;
      if (decision.events.length === 0) return { position: loaded.position };
      const outcome = await appendCase(deps, { caseId, actor, expected: loaded.revision, events: decision.events });
      if (outcome.kind === 'appended') return { position: outcome.position };
    }
    throw new EventStoreError('unavailable', 'too many writers on one case');
  };

  return {
    async report({ actor, accountId: given, messageIds, reason, comment }) {
      const limit = await deps.limiter.take('report', actor.account);
      if (!limit.ok) return { kind: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      const ids = [...new Set(messageIds)].sort();
      if (ids.length > CASE_LIMITS.evidence) return { kind: 'too_many', limit: CASE_LIMITS.evidence };
      const evidence = await Promise.all(ids.map((id) => deps.findMessage(actor.account, id)));
      const accountId = given ?? evidence[0]?.authorId;
      const caseId = uuidv8(`case:${actor.account}:${accountId ?? ''}:${reason}:${ids.join(',')}`);
      const exists = accountId !== undefined && (await deps.accountExists(accountId));
      const command = {
        reporter: actor.account,
        ...(accountId !== undefined && { accountId }),
        exists,
        reason,
        ...(comment !== undefined && { comment }),
        evidence,
      };
      const done = await commit(actor, caseId, (state) => decideOpenCase(state, command));
      return 'rejected' in done ? done.rejected : { kind: 'reported', caseId, position: done.position };
    },

    async close({ actor, caseId, verdict, note }) {
      const command = { verdict, ...(note !== undefined && { note }) };
      const done = await commit(actor, caseId, (state) => decideCloseCase(state, command));
      return 'rejected' in done ? done.rejected : { kind: 'closed', caseId, position: done.position };
    },
  };
}
