import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, NewEvent, Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { seal, sealAad } from '../../platform/keys/seal.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { Actor } from '../conversations/index.js';
import { appendSettled } from '../shared/append.js';
import { uuidv8 } from '../shared/ids.js';
import { caseStream } from '../shared/streams.js';
import { CASE_LIMITS, decideOpenCase, type CaseRejection, type Evidence } from './decide.js';
import type { CaseEvent, ReportReason } from './events.js';

export interface ReportRequest {
  readonly actor: Actor;
  /** Who is reported; undefined: whoever wrote the messages. */
  readonly accountId?: string;
  readonly messageIds: readonly string[];
  readonly reason: ReportReason;
  readonly comment?: string;
}

export type ReportOutcome =
  | { readonly kind: 'reported'; readonly caseId: string; readonly position: Position | undefined }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  | CaseRejection;

export interface CaseHandlers {
  /** Idempotent: the same report by the same account is the same case. */
  report(request: ReportRequest): Promise<ReportOutcome>;
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

export function caseHandlers(deps: CaseDeps): CaseHandlers {
  return {
    async report({ actor, accountId: given, messageIds, reason, comment }) {
      const limit = await deps.limiter.take('report', actor.account);
      if (!limit.ok) return { kind: 'rate_limited', retryAfterMs: limit.retryAfterMs };
      const ids = [...new Set(messageIds)].sort();
      if (ids.length > CASE_LIMITS.evidence) return { kind: 'too_many', limit: CASE_LIMITS.evidence };
      const evidence = await Promise.all(ids.map((id) => deps.findMessage(actor.account, id)));
      const accountId = given ?? evidence[0]?.authorId;
      const caseId = uuidv8(`case:${actor.account}:${accountId ?? ''}:${reason}:${ids.join(',')}`);
      const stream = caseStream(caseId);
      let open = false;
      let position: Position | undefined;
      for await (const event of deps.eventStore.readStream(stream)) {
        open = true;
        ({ position } = event);
      }
      const exists = accountId !== undefined && (await deps.accountExists(accountId));
      const decision = decideOpenCase(open, {
        reporter: actor.account,
        ...(accountId !== undefined && { accountId }),
        exists,
        reason,
        ...(comment !== undefined && { comment }),
        evidence,
      });
      if ('rejected' in decision) return decision.rejected;
      if (decision.events.length === 0) return { kind: 'reported', caseId, position };
      const ref = { subject: caseId, scope: 'case' };
      const key = await deps.keys.ensure(ref);
      const metadata = { occurredAt: deps.clock.now(), actor };
      const events = decision.events.map((event): NewEvent => {
        const id = deps.ids.next();
        return {
          id,
          type: event.type,
          data: sealed(event, (field, text) => seal(key, ref, sealAad(id, event.type, field), text)),
          metadata,
        };
      });
      const outcome = await appendSettled(deps.eventStore, { stream, expected: 'no_stream', events });
      // Who loses the race finds the same case.
      return { kind: 'reported', caseId, position: outcome.kind === 'appended' ? outcome.position : undefined };
    },
  };
}

function sealed({ data }: CaseEvent<string>, sealAt: (field: string, text: string) => unknown): object {
  const { comment, evidence, ...rest } = data;
  return {
    ...rest,
    ...(comment !== undefined && { comment: sealAt('comment', comment) }),
    ...(evidence !== undefined && { evidence: sealAt('evidence', evidence) }),
  };
}
