import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { isAdministrator } from '../../projections/administrators/administrators.queries.js';
import { sessionOf, type ApiContext } from './context.js';
import { fault } from './errors.js';
import type { Rule } from './shape.js';

type Resolver = GraphQLFieldResolver<unknown, ApiContext>;

const RULES: Readonly<Record<Rule, (context: ApiContext) => void>> = {
  public: () => undefined,
  device: needsDevice,
  /** What a session alone can say; `administratorsOnly` does the rest. */
  administrator: needsDevice,
  socket: ({ transport }) => {
    if (transport !== 'socket') throw fault('FORBIDDEN', 'This is only for a socket.');
  },
};

function needsDevice({ session, services }: ApiContext): void {
  if (session === null) throw fault('UNAUTHENTICATED', 'This needs an access token, and a good one.');
  if (session.expiresAt <= services.clock.now()) throw fault('UNAUTHENTICATED', 'The access token has ended.');
}

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
      const resolve =
        rule === 'administrator' ? administratorsOnly(field.resolve as Resolver) : (field.resolve as Resolver);
      const guarded = type === schema.getQueryType() ? limited(resolve, rule) : resolve;
      if (type === schema.getSubscriptionType()) {
        if (rule === 'administrator') throw new Error(`${field.name} would go on when its caller is none any more`);
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

/** Looked up at each call: no token says who administers, so that a revocation holds from the next call on. */
function administratorsOnly(resolve: Resolver): Resolver {
  return async (source, args, context, info) => {
    const { accountId } = sessionOf(context);
    if (!(await isAdministrator(context.services.reads.pool, accountId)))
      throw fault('FORBIDDEN', 'This is for administrators of the server.');
    return resolve(source, args, context, info);
  };
}

/** Commands have limits of their own, below the edge; queries have theirs here. */
function limited(resolve: Resolver, rule: Rule): Resolver {
  return async (source, args, context, info) => {
    const { session, address, services } = context;
    const key = (rule === 'device' || rule === 'administrator') && session !== null ? session.deviceId : address;
    const taken = await services.limiter.take('query', key);
    if (!taken.ok) throw fault('RATE_LIMITED', 'Too many queries.', { retryAfterMs: taken.retryAfterMs });
    return resolve(source, args, context, info);
  };
}
