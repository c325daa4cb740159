import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { blockedPage } from '../../projections/contacts/blocks.queries.js';
import { contactSuggestions } from '../../projections/contacts/suggestions.queries.js';
import { contactsPage } from '../../projections/contacts/contacts.queries.js';
import { accountValue } from '../accounts/values.js';
import { settle } from '../kit/consistency.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { decodePlace, encodePlace, pageSize } from '../kit/paging.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { BlockedAccountConnection, ContactConnection, ContactSuggestion } from './types.js';
import { contactsConnection, placeOf } from './values.js';

const BLOCKED = 'blocked';

@Resolver()
export class ContactQueries {
  @Allow('device')
  @Query(() => ContactConnection, { description: "The caller's contacts, by name." })
  async contacts(
    @Arg('first', () => Int, { defaultValue: 50, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<ContactConnection> {
    const size = pageSize('first', first, 50);
    const place = placeOf(after);
    await settle(context, atLeast);
    const found = await contactsPage(context.services.reads.pool, sessionOf(context).accountId, {
      limit: size + 1,
      ...(place === undefined ? {} : { after: place }),
    });
    return contactsConnection(found, size, place);
  }

  @Allow('device')
  @Query(() => [ContactSuggestion], { description: 'Whom the caller talks with, then who has its number.' })
  async contactSuggestions(
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number | null,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<readonly ContactSuggestion[]> {
    const size = pageSize('first', first, 20);
    await settle(context, atLeast);
    const found = await contactSuggestions(context.services.reads.pool, sessionOf(context).accountId, size);
    return found.map(({ accountId, reason }) => ({ accountUuid: accountId, reason }));
  }

  @Allow('device')
  @Query(() => BlockedAccountConnection, { description: 'Whom the caller blocks, the last one first.' })
  async blockedAccounts(
    @Arg('first', () => Int, { defaultValue: 50, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<BlockedAccountConnection> {
    const size = pageSize('first', first, 50);
    const before = after == null ? undefined : BigInt(decodePlace(BLOCKED, /^(\d{1,19})$/, after)[0] ?? 0);
    await settle(context, atLeast);
    const { accountId } = sessionOf(context);
    const found = await blockedPage(context.services.reads.pool, accountId, { limit: size + 1, before });
    const shown = found.slice(0, size);
    const accounts = await Promise.all(shown.map(({ accountId }) => context.loaders.account.load(accountId)));
    const edges = shown.flatMap(({ position }, index) => {
      const account = accounts[index];
      return account == null ? [] : [{ cursor: encodePlace(BLOCKED, String(position)), node: accountValue(account) }];
    });
    const places = shown.map(({ position }) => encodePlace(BLOCKED, String(position)));
    return {
      edges,
      pageInfo: {
        startCursor: places[0] ?? null,
        endCursor: places.at(-1) ?? null,
        hasPreviousPage: before !== undefined,
        hasNextPage: found.length > size,
      },
    };
  }
}
