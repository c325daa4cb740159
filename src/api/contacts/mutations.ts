import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { BlockOutcome } from '../../domain/contacts/index.js';
import { contactsByPhone } from '../../projections/contacts/contacts.queries.js';
import { assertNever } from '../kit/assertNever.js';
import { readTokenOf, settlePosition, writtenAt } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { problem } from '../kit/problems.js';
import { Allow } from '../kit/shape.js';
import { SyncContactsInput } from './inputs.js';
import { BlockAccountResult, SyncContactsResult } from './results.js';
import { contactValue } from './values.js';

@Resolver()
export class ContactMutations {
  @Allow('device')
  @Mutation(() => SyncContactsResult, {
    description: "Brings the caller's contacts to what the phone's book says: docs/topics/contacts.md.",
  })
  async syncContacts(
    @Arg('input', () => SyncContactsInput) input: SyncContactsInput,
    @Ctx() context: ApiContext,
  ): Promise<typeof SyncContactsResult> {
    const { services } = context;
    const actor = actorOf(context);
    const done = await services.contacts.sync({
      actor,
      entries: input.entries,
      removed: input.removed ?? [],
      full: input.full ?? false,
      country: input.country ?? null,
    });
    switch (done.outcome) {
      case 'synced': {
        const position = writtenAt(context, done.position);
        await settlePosition(context, position);
        const found = await contactsByPhone(services.reads.pool, actor.account, done.phoneHmacs);
        return {
          __typename: 'ContactsSynced',
          contacts: done.phoneHmacs.flatMap((phoneHmac) => found.get(phoneHmac) ?? []).map(contactValue),
          refused: done.refused,
          saved: done.saved,
          removed: done.removed,
          readToken: services.cursors.encodeReadToken(position),
        };
      }
      case 'too_many':
        return problem('TooMany', { limit: done.limit });
      case 'rate_limited':
        return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
      default:
        return assertNever(done);
    }
  }

  @Allow('device')
  @Mutation(() => BlockAccountResult, { description: 'The other is not told: docs/topics/blocks.md.' })
  async blockAccount(@Arg('id', () => ID) id: string, @Ctx() context: ApiContext): Promise<typeof BlockAccountResult> {
    const accountId = decodeId('account', id);
    const done = await context.services.contacts.block({ actor: actorOf(context), accountId });
    return blockResult(context, done, accountId, true);
  }

  @Allow('device')
  @Mutation(() => BlockAccountResult, { description: 'What was sent while it held stays undelivered.' })
  async unblockAccount(
    @Arg('id', () => ID) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof BlockAccountResult> {
    const accountId = decodeId('account', id);
    const done = await context.services.contacts.unblock({ actor: actorOf(context), accountId });
    return blockResult(context, done, accountId, false);
  }
}

function blockResult(
  context: ApiContext,
  done: BlockOutcome,
  accountId: string,
  blocked: boolean,
): typeof BlockAccountResult {
  switch (done.outcome) {
    case 'done':
      return {
        __typename: 'AccountBlock',
        accountId: encodeId('account', accountId),
        blocked,
        changed: done.changed,
        readToken: readTokenOf(context, done.position),
      };
    case 'no_such_account':
      return problem('NoSuchAccount');
    case 'too_many':
      return problem('TooMany', { limit: done.limit });
    case 'rate_limited':
      return problem('RateLimited', { retryAfterMs: done.retryAfterMs });
    default:
      return assertNever(done);
  }
}
