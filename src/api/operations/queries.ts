import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { parsePhone } from '../../domain/accounts/index.js';
import { hasDevOutbox, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { Allow } from '../kit/shape.js';
import { OutboxMessage } from './types.js';

/** In the schema only where `hasDevOutbox` holds. */
@Resolver()
export class DevelopmentQueries {
  @Allow('public')
  @Query(() => [OutboxMessage], {
    description: 'Development on loopback only: the text messages to a number, newest first.',
  })
  async devOutbox(
    @Arg('phone', () => String) phone: string,
    @Ctx() { services }: ApiContext,
  ): Promise<readonly OutboxMessage[]> {
    if (!hasDevOutbox(services)) throw fault('FORBIDDEN', 'The outbox is for development on loopback.');
    const parsed = parsePhone(phone);
    return parsed.ok ? ((await services.outbox?.read(parsed.e164)) ?? []) : [];
  }
}
