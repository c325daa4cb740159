import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const TOKEN = /^[\w.~-]{1,200}$/;

/** Resolvers give milliseconds since the epoch; what is text already (updates) passes. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description: 'An instant in UTC with milliseconds, in ISO 8601: `2026-11-24T14:02:07.123Z`. As input, any offset.',
  serialize: (value) => (typeof value === 'string' ? value : new Date(value as number).toISOString()),
  parseValue: (value) => instant(value),
  parseLiteral: (node) => instant(textOf(node)),
});

export const Cursor = token(
  'Cursor',
  'A place in the log, from `updates`, `conversationUpdates` or `snapshot`: what `after` takes. Opaque.',
);
export const ReadToken = token(
  'ReadToken',
  'What a mutation wrote, for `atLeast`: the answer is no older than that. Opaque; no `Cursor`.',
);

/** Bytes. */
/** As it comes in it is text too: a compiled document keeps its literals as JSON, which has no bytes. */
export const Base64 = new GraphQLScalarType<string, string>({
  name: 'Base64',
  description: 'Bytes in standard base64 with padding (RFC 4648, section 4).',
  serialize: (value) => (typeof value === 'string' ? value : (value as Buffer).toString('base64')),
  parseValue: (value) => bytes(value),
  parseLiteral: (node) => bytes(textOf(node)),
});

function token(name: string, description: string): GraphQLScalarType<string, string> {
  const check = (value: unknown): string => {
    if (typeof value === 'string' && TOKEN.test(value)) return value;
    throw invalid(`not a ${name}`);
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: (value) => value as string,
    parseValue: check,
    parseLiteral: (node) => check(textOf(node)),
  });
}

function instant(value: unknown): number {
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) throw invalid('not a DateTime');
  return ms;
}

function bytes(value: unknown): string {
  if (typeof value !== 'string' || !BASE64.test(value)) throw invalid('not base64');
  // One text for the same bytes.
  return Buffer.from(value, 'base64').toString('base64');
}

function textOf(node: ValueNode): string | undefined {
  return node.kind === Kind.STRING ? node.value : undefined;
}

function invalid(message: string): GraphQLError {
  return new GraphQLError(message);
}
