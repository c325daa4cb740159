import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Account } from '../accounts/types.js';
import type { ApiContext } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { Presence } from './types.js';

@Resolver(() => Account)
export class PresenceFields {
  @FieldResolver(() => Presence)
  presence(@Root() { id }: Account, @Ctx() context: ApiContext): Promise<Presence> {
    return context.loaders.presenceOf.load(decodeId('account', id));
  }
}
