import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { ApiContext } from './context.js';
import { fault } from './errors.js';
import type { Rule } from './shape.js';

type Resolver = GraphQLFieldResolver<unknown, ApiContext>;

const RULES: Readonly<Record<Rule, (context: ApiContext) => void>> = {
  public: () => undefined,
  device: ({ session, services }) => {
    if (session === null) throw fault('UNAUTHENTICATED', 'This needs an access token, and a good one.');
    if (session.expiresAt <= services.clock.now()) throw fault('UNAUTHENTICATED', 'The access token has ended.');
  },
  socket: ({ transport }) => {
    if (transport !== 'socket') throw fault('FORBIDDEN', 'This is only for a socket.');
  },
};

/** The rule that a field was declared with. */
export function ruleOf(field: { readonly extensions: Readonly<Record<string, unknown>> }): Rule | undefined {
  const rule = field.extensions['rule'];
  return typeof rule === 'string' && rule in RULES ? (rule as Rule) : undefined;
}

/**
 * Puts each root field's rule before its resolver. Synchronous, so that it costs the hot path nothing; type-graphql's own
 * middlewares would add three promises to each field.
 * @throws when a field has none.
 */
export function enforceRules(schema: GraphQLSchema): void {
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const rule = ruleOf(field);
      if (rule === undefined) throw new Error(`${type?.name ?? ''}.${field.name} has no rule: who may use it?`);
      const check = RULES[rule];
      const guarded =
        type === schema.getQueryType() ? limited(field.resolve as Resolver, rule) : (field.resolve as Resolver);
      if (type === schema.getSubscriptionType()) {
        field.subscribe = guard(field.subscribe as Resolver, check);
        // Each payload is the root value itself.
        delete field.resolve;
      } else {
        field.resolve = guard(guarded, check);
      }
    }
  }
}

function guard(resolve: Resolver, check: (context: ApiContext) => void): Resolver {
  return (source, args, context, info) => {
    check(context);
    return resolve(source, args, context, info);
  };
}

/** Commands have limits of their own, below the edge; queries have theirs here. */
function limited(resolve: Resolver, rule: Rule): Resolver {
  return async (source, args, context, info) => {
    const { session, address, services } = context;
    const key = rule === 'device' && session !== null ? session.deviceId : address;
    const taken = await services.limiter.take('query', key);
    if (!taken.ok) throw fault('RATE_LIMITED', 'Too many queries.', { retryAfterMs: taken.retryAfterMs });
    return resolve(source, args, context, info);
  };
}
