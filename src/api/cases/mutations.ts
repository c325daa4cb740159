import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { CloseOutcome, ReportOutcome } from '../../domain/cases/index.js';
import { caseById } from '../../projections/cases/cases.queries.js';
import { assertNever } from '../kit/assertNever.js';
import { readTokenOf, settlePosition, writtenAt } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { CloseCaseInput, CloseCaseResult, ReportAccountInput, ReportMessageInput, ReportResult } from './results.js';
import { caseValue } from './values.js';

@Resolver()
export class CaseMutations {
  @Allow('device')
  @Mutation(() => ReportResult, { description: 'Opens a case for administrators: docs/topics/reports.md.' })
  async reportAccount(
    @Arg('input', () => ReportAccountInput) { accountId, reason, comment, messageIds }: ReportAccountInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ReportResult> {
    const done = await context.services.cases.report({
      actor: actorOf(context),
      accountId: decodeId('account', accountId),
      messageIds: (messageIds ?? []).map((id) => decodeId('message', id)),
      reason,
      ...(comment == null ? {} : { comment }),
    });
    return reportResult(context, done);
  }

  @Allow('device')
  @Mutation(() => ReportResult, { description: 'Opens a case about the author of these messages.' })
  async reportMessage(
    @Arg('input', () => ReportMessageInput) { messageIds, reason, comment }: ReportMessageInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof ReportResult> {
    if (messageIds.length === 0) throw fault('BAD_USER_INPUT', 'give the messages that are reported');
    const done = await context.services.cases.report({
      actor: actorOf(context),
      messageIds: messageIds.map((id) => decodeId('message', id)),
      reason,
      ...(comment == null ? {} : { comment }),
    });
    return reportResult(context, done);
  }

  @Allow('administrator')
  @Mutation(() => CloseCaseResult, { description: 'Nothing follows from it by itself, and nobody is told.' })
  async closeCase(
    @Arg('input', () => CloseCaseInput) { caseId, verdict, note }: CloseCaseInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof CloseCaseResult> {
    const done = await context.services.cases.close({
      actor: actorOf(context),
      caseId: decodeId('case', caseId),
      verdict,
      ...(note == null ? {} : { note }),
    });
    return closeResult(context, done);
  }
}

async function closeResult(context: ApiContext, done: CloseOutcome): Promise<typeof CloseCaseResult> {
  switch (done.kind) {
    case 'closed': {
      await settlePosition(context, writtenAt(context, done.position));
      const closed = await caseById(context.services.reads.pool, done.caseId);
      if (closed === null) throw new Error('a case that was closed is not in the read model');
      return {
        __typename: 'CaseClosed',
        case: caseValue(closed),
        readToken: readTokenOf(context, done.position),
      };
    }
    case 'no_such_case':
      return problem('NoSuchCase');
    case 'already_closed':
      return problem('CaseDecided', { verdict: done.verdict });
    case 'invalid_text':
      return problem('InvalidText', { field: done.field, reason: done.reason });
    default:
      return assertNever(done);
  }
}

function reportResult(context: ApiContext, done: ReportOutcome): typeof ReportResult {
  switch (done.kind) {
    case 'reported':
      return {
        __typename: 'Reported',
        caseId: encodeId('case', done.caseId),
        readToken: readTokenOf(context, done.position),
      };
    case 'no_such_account':
      return problem('NoSuchAccount');
    case 'no_such_message':
      return problem('NoSuchMessage');
    case 'invalid_text':
      return problem('InvalidText', { field: done.field, reason: done.reason });
    case 'too_many':
      return problem('TooMany', { limit: done.limit });
    case 'rate_limited':
      return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
    default:
      return assertNever(done);
  }
}
