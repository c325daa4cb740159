import { GraphQLError, graphql, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { makeContext, type ApiContext, type Services, type Session } from '../../../src/api/kit/context.js';
import { cursorsOf } from '../../../src/api/live/cursors.js';
import type { Position } from '../../../src/platform/eventStore/port.js';
import { noLimits } from '../../../src/platform/limits/memory.js';

export const NOW = 1_790_000_000_000;
export const alice = '01990000-0000-7000-8000-00000000000a';
export const aliceDevice = '01990000-0000-7000-8000-0000000000a1';
export const session: Session = { accountId: alice, deviceId: aliceDevice, expiresAt: NOW + 60_000 };
export const cursors = cursorsOf('test');

/** Whatever a test does not give is a failure to touch: that is how "nothing was reached" is shown. */
export function fakeServices(given: Partial<Services> = {}): Services {
  const base: Partial<Services> = {
    config: { mode: 'development', host: '127.0.0.1' },
    clock: { now: () => NOW },
    limiter: noLimits,
    cursors,
    ...given,
  };
  return new Proxy(base, {
    get(target, name) {
      if (name in target) return target[name as keyof Services];
      throw new Error(`reached services.${String(name)}`);
    },
  }) as Services;
}

export function fakeContext(
  services: Services,
  who: Session | null = session,
  transport: 'http' | 'socket' = 'http',
): ApiContext {
  return makeContext(services, { session: who, address: '127.0.0.1', transport });
}

export function run(
  schema: GraphQLSchema,
  source: string,
  contextValue: ApiContext,
  variableValues: Record<string, unknown> = {},
): Promise<ExecutionResult> {
  return graphql({ schema, source, contextValue, variableValues });
}

export function codeOf(result: ExecutionResult): unknown {
  const error = result.errors?.[0];
  return error instanceof GraphQLError ? error.extensions['code'] : undefined;
}

export const at = (position: bigint): Position => position as Position;
