import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId } from '../kit/nodeIds.js';
import { Allow } from '../kit/shape.js';
import type { PresenceSource } from './source.js';
import { Presence } from './types.js';

/** Of one subscription. */
const MAX_ACCOUNTS = 250;

@Resolver()
export class PresenceSubscriptions {
  @Allow('device')
  @Subscription(() => [Presence], {
    description:
      'The presence of 1 to 250 accounts: all of them first, then those that changed, each at most once a second.',
    subscribe: ({ args, context }) =>
      watch(context as ApiContext, (args as { readonly accounts: readonly string[] }).accounts) as never,
  })
  presence(@Root() presences: Presence[], @Arg('accounts', () => [ID]) _accounts: string[]): Presence[] {
    return presences;
  }
}

async function watch(context: ApiContext, accounts: readonly string[]): Promise<PresenceSource> {
  if (accounts.length === 0 || accounts.length > MAX_ACCOUNTS)
    throw fault('BAD_USER_INPUT', `presence is of 1 to ${MAX_ACCOUNTS} accounts`);
  const ids = accounts.map((id) => decodeId('account', id));
  await mayListen(context);
  return context.services.presence.watch(sessionOf(context).accountId, ids);
}

/** @throws fault RATE_LIMITED */
export async function mayListen(context: ApiContext): Promise<void> {
  const taken = await context.services.limiter.take('listen', sessionOf(context).deviceId);
  if (!taken.ok) throw fault('RATE_LIMITED', 'Too many subscriptions.', { retryAfterMs: taken.retryAfterMs });
}
