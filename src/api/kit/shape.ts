import './reflect.js';
import { Extensions, ObjectType } from 'type-graphql';

/** An object type whose values are plain objects: fields without a resolver of their own are read from it. */
export function Shape(
  options: { readonly description?: string; readonly implements?: () => object } = {},
): ClassDecorator {
  const { description, implements: of } = options;
  return (target) => {
    const implemented = of === undefined ? {} : { implements: of() as never };
    ObjectType({ simpleResolvers: true, ...(description === undefined ? {} : { description }), ...implemented })(
      target as never,
    );
  };
}

/**
 * Who may use a field of Query, Mutation or Subscription:
 * - `public`: anybody, with or without a session;
 * - `device`: a signed-in device, for what is its account's. What a resolver reads goes through queries that take the
 *   account, so that another's things are simply not found;
 * - `administrator`: a signed-in device of an account that administers the server;
 * - `socket`: as `public`, over a WebSocket only.
 */
export type Rule = 'public' | 'device' | 'administrator' | 'socket';

export function Allow(rule: Rule): MethodDecorator {
  return Extensions({ rule });
}
