import { checkText, type TextProblem } from '../shared/text.js';
import type { CaseEvent, CaseVerdict, ReportReason } from './events.js';
import type { CaseState } from './state.js';

/** A message as the reporter sees it, looked up by the handler. */
export interface Evidence {
  readonly id: string;
  readonly conversationId: string;
  readonly authorId: string;
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: string;
  readonly text: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
}

export interface OpenCase {
  readonly reporter: string;
  /** Who is reported; undefined: whoever wrote the messages. */
  readonly accountId?: string;
  /** Whether that account exists, as the handler found out. */
  readonly exists: boolean;
  readonly reason: ReportReason;
  readonly comment?: string;
  /** Undefined for one that does not exist, or that the reporter may not see. */
  readonly evidence: readonly (Evidence | undefined)[];
}

export interface CloseCase {
  readonly verdict: CaseVerdict;
  readonly note?: string;
}

export const CASE_LIMITS = { evidence: 5, comment: 1_000, note: 1_000 } as const;

export type CaseRejection =
  | { readonly kind: 'no_such_account' }
  | { readonly kind: 'no_such_message' }
  | { readonly kind: 'too_many'; readonly limit: number }
  | { readonly kind: 'invalid_text'; readonly field: 'comment'; readonly reason: TextProblem };

export type CloseRejection =
  | { readonly kind: 'no_such_case' }
  | { readonly kind: 'already_closed'; readonly verdict: CaseVerdict }
  | { readonly kind: 'invalid_text'; readonly field: 'note'; readonly reason: TextProblem };

export type CaseDecision<Rejection> =
  { readonly events: readonly CaseEvent<string>[] } | { readonly rejected: Rejection };

/** One case a report: of one other account, with messages of one conversation that it wrote itself. */
export function decideOpenCase(state: CaseState, command: OpenCase): CaseDecision<CaseRejection> {
  const { reporter, reason } = command;
  if (command.evidence.length > CASE_LIMITS.evidence)
    return { rejected: { kind: 'too_many', limit: CASE_LIMITS.evidence } };
  const comment = command.comment?.trim() ?? '';
  const problem = checkText(comment, { max: CASE_LIMITS.comment, min: 0 });
  if (problem !== null) return { rejected: { kind: 'invalid_text', field: 'comment', reason: problem } };
  const evidence = command.evidence.filter((message) => message !== undefined);
  const [first] = evidence;
  const accountId = command.accountId ?? first?.authorId;
  const fits = evidence.every((one) => one.authorId === accountId && one.conversationId === first?.conversationId);
  if (evidence.length < command.evidence.length || !fits) return { rejected: { kind: 'no_such_message' } };
  if (accountId === undefined || accountId === reporter || !command.exists)
    return { rejected: { kind: 'no_such_account' } };
  if (state.kind !== 'none') return { events: [] };
  const messages = evidence.map(({ id, seq, at, kind, text, body }) => ({ id, seq, at, kind, text, body }));
  return {
    events: [
      {
        type: 'CaseOpened',
        data: {
          reporterId: reporter,
          accountId,
          ...(first !== undefined && { conversationId: first.conversationId }),
          reason,
          ...(comment !== '' && { comment }),
          ...(messages.length > 0 && { evidence: JSON.stringify(messages) }),
        },
      },
    ],
  };
}

/** Once: the same verdict again changes nothing, and the first note stands. */
export function decideCloseCase(state: CaseState, { verdict, note = '' }: CloseCase): CaseDecision<CloseRejection> {
  const words = note.trim();
  const problem = checkText(words, { max: CASE_LIMITS.note, min: 0 });
  if (problem !== null) return { rejected: { kind: 'invalid_text', field: 'note', reason: problem } };
  if (state.kind === 'none') return { rejected: { kind: 'no_such_case' } };
  if (state.kind === 'open')
    return { events: [{ type: 'CaseClosed', data: { verdict, ...(words !== '' && { note: words }) } }] };
  return state.verdict === verdict ? { events: [] } : { rejected: { kind: 'already_closed', verdict: state.verdict } };
}
