import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { isAdministrator } from '../../projections/administrators/administrators.queries.js';
import type { SeenProfile } from '../../projections/accounts/seen.queries.js';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { Privacy, privacyValue } from './privacy.js';
import { Account, Device, Me } from './types.js';
import { deviceValue } from './values.js';

@Resolver(() => Me)
export class MeFields {
  @FieldResolver(() => [Device], { description: 'In the order of linking, with revoked ones.' })
  async devices(@Ctx() context: ApiContext): Promise<readonly Device[]> {
    const devices = await context.loaders.devicesOf.load(sessionOf(context).accountId);
    return devices.map(deviceValue);
  }

  @FieldResolver(() => Privacy)
  async privacy(@Ctx() context: ApiContext): Promise<Privacy> {
    return privacyValue((await context.services.relations.of(sessionOf(context).accountId)).privacy);
  }

  @FieldResolver(() => Boolean, { description: 'Whether the account administers this server.' })
  administrator(@Ctx() context: ApiContext): Promise<boolean> {
    return isAdministrator(context.services.reads.pool, sessionOf(context).accountId);
  }
}

const EVERYTHING = { avatar: true, about: true } as const;

/** Privacy and blocks of the account, for the caller. */
@Resolver(() => Account)
export class AccountFields {
  @FieldResolver(() => String, { nullable: true })
  async about(@Root() account: Account, @Ctx() context: ApiContext): Promise<string | null> {
    return (await seen(account, context)).about ? account.about : null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'A reference to a picture.' })
  async avatar(@Root() account: Account, @Ctx() context: ApiContext): Promise<string | null> {
    return (await seen(account, context)).avatar ? account.avatar : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "E.164. Only of a number that is in the caller's own contacts, and one's own.",
  })
  async phone(@Root() account: Account, @Ctx() context: ApiContext): Promise<string | null> {
    return (await seen(account, context)).phone;
  }
}

async function seen(account: Account, { session, loaders }: ApiContext): Promise<SeenProfile> {
  if (account.own === true || account.uuid === session?.accountId) return { ...EVERYTHING, phone: account.phone };
  if (session === null) return { avatar: false, about: false, phone: null };
  return loaders.seenProfile.load({ viewer: session.accountId, accountId: account.uuid });
}
