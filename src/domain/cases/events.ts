/** Why, as the reporter chose. */
export type ReportReason = 'spam' | 'abuse' | 'violence' | 'child_safety' | 'impersonation' | 'other';

/** What an administrator made of it. */
export type CaseVerdict = 'upheld' | 'dismissed';

/**
 * Facts of `case-<id>`. `Text` is a personal field: plain where a decision is made, sealed under the case's own key where it
 * is stored, so that a case outlives the erasure of its reporter and ends with its own.
 */
export type CaseEvent<Text> =
  | {
      readonly type: 'CaseOpened';
      readonly data: {
        readonly reporterId: string;
        readonly accountId: string;
        readonly conversationId?: string;
        readonly reason: ReportReason;
        readonly comment?: Text;
        /** JSON of up to five messages as the reporter saw them: [{ id, seq, at, kind, text?, body? }], `at` in milliseconds since the epoch. */
        readonly evidence?: Text;
      };
    }
  /** Once at most. The administrator is the actor. */
  | { readonly type: 'CaseClosed'; readonly data: { readonly verdict: CaseVerdict; readonly note?: Text } };
