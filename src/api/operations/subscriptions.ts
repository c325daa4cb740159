import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';
import type { ApiContext } from '../kit/context.js';
import { sessionOf } from '../kit/context.js';
import { decodeId } from '../kit/nodeIds.js';
import { Cursor } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { UpdateEnvelope } from './types.js';

interface After {
  readonly after?: string | null;
}

const AFTER = { nullable: true, description: 'What you have already; without it the subscription begins now.' };

/** `subscribe` gives the hub's source, which the socket layer pipes; each payload is the root value itself. */
@Resolver()
export class LiveSubscriptions {
  @Allow('device')
  @Subscription(() => UpdateEnvelope, {
    description:
      "Everything that concerns the caller's account: what happened after the cursor, in order, each once, then live.",
    subscribe: ({ args, context }) => {
      const { after } = args as After;
      const api = context as ApiContext;
      return api.services.live.updates(sessionOf(api), after ?? null);
    },
  })
  updates(@Root() envelope: UpdateEnvelope, @Arg('after', () => Cursor, AFTER) _after?: string | null): UpdateEnvelope {
    return envelope;
  }

  @Allow('device')
  @Subscription(() => UpdateEnvelope, {
    description: 'Messages and receipts of one conversation.',
    subscribe: ({ args, context }) => {
      const { after, conversationId } = args as After & { readonly conversationId: string };
      const api = context as ApiContext;
      return api.services.live.conversationUpdates(
        sessionOf(api),
        decodeId('conversation', conversationId),
        after ?? null,
      ) as never;
    },
  })
  conversationUpdates(
    @Root() envelope: UpdateEnvelope,
    @Arg('conversationId', () => ID) _conversationId: string,
    @Arg('after', () => Cursor, AFTER) _after: string | null | undefined,
    @Ctx() _context: ApiContext,
  ): UpdateEnvelope {
    return envelope;
  }
}
