import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CacheUnavailable } from '../../platform/cache/port.js';
import { EventStoreError } from '../../platform/eventStore/port.js';
import type { Logger } from '../../platform/observability/logger.js';
import { isPassing } from '../../platform/readStore/port.js';

/** Every `extensions.code` that a client can meet; docs/protocol/errors.md says the same. */
export const FAULTS = {
  UNAUTHENTICATED: 'no token, or not a good one',
  FORBIDDEN: 'this operation is not for this caller',
  CURSOR_EXPIRED: 'start over with a snapshot',
  BAD_USER_INPUT: 'a malformed id, cursor, token or argument',
  GRAPHQL_PARSE_FAILED: 'the document is not GraphQL',
  GRAPHQL_VALIDATION_FAILED: 'the document is not valid against the schema',
  TOO_COMPLEX: 'past a limit of depth, complexity, aliases or size',
  RATE_LIMITED: 'too many queries; `extensions.retryAfterMs`',
  READ_TIMEOUT: 'the read model did not reach `atLeast` in time',
  UNAVAILABLE: 'an engine does not answer',
  INTERNAL: 'a fault of the server; `extensions.incident` names it in its log',
} as const;
export type FaultCode = keyof typeof FAULTS;

export function fault(code: FaultCode, message: string, extensions: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code } });
}

/** Codes of Apollo Server and graphql-js that have another name here. */
const RENAMED: Readonly<Record<string, FaultCode>> = {
  BAD_CURSOR: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_USER_INPUT',
};

const TOKEN_LIMIT = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;
/** Of a value that was given, or not; not of a variable's declaration. */
const VARIABLE = /^Variable "\$\w+" (got invalid value|of (required|non-null) type)/;

export type PresentError = (error: unknown) => GraphQLFormattedError;

/** What leaves the server of any error: documented codes as they are, everything else masked and logged with its incident. */
export function errorPresenter({
  logger,
  incident,
}: {
  logger: Pick<Logger, 'error' | 'warn'>;
  incident: () => string;
}): PresentError {
  return (error) => {
    const { message, path, locations, code, extensions } = anatomy(error);
    const place = { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
    if (code !== undefined) return { message, ...place, extensions: { ...extensions, code } };
    const id = incident();
    const cause = causeOf(error);
    if (isEngineDown(cause)) {
      logger.warn({ err: cause, incident: id, path }, 'an engine does not answer');
      return {
        message: 'The server cannot answer at the moment.',
        ...place,
        extensions: { code: 'UNAVAILABLE', incident: id },
      };
    }
    logger.error({ err: cause, incident: id, path }, 'a fault was masked');
    return { message: 'Something went wrong on the server.', ...place, extensions: { code: 'INTERNAL', incident: id } };
  };
}

interface Anatomy extends Pick<GraphQLFormattedError, 'path' | 'locations'> {
  readonly message: string;
  /** Undefined: to be masked. */
  readonly code: FaultCode | undefined;
  readonly extensions: Record<string, unknown>;
}

function anatomy(error: unknown): Anatomy {
  if (!(error instanceof GraphQLError)) return { message: '', code: undefined, extensions: {} };
  const { message, path, locations, originalError } = error;
  const code = codeOf(error);
  const { stacktrace: _stack, http: _http, code: _code, ...extensions } = error.extensions;
  const known = originalError === undefined || isGraphQLError(originalError) ? code : undefined;
  return {
    message,
    code: known,
    extensions,
    ...(path === undefined ? {} : { path }),
    ...(locations === undefined ? {} : { locations }),
  };
}

function codeOf(error: GraphQLError): FaultCode | undefined {
  if ('limit' in error.extensions || TOKEN_LIMIT.test(error.message)) return 'TOO_COMPLEX';
  const code = error.extensions['code'];
  if (typeof code === 'string') return code in FAULTS ? (code as FaultCode) : RENAMED[code];
  // Of graphql-js itself: about the document, or a variable's value, has no path.
  const { originalError } = error;
  if (error.path !== undefined || !(originalError === undefined || isGraphQLError(originalError))) return undefined;
  if (error.message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED';
  return VARIABLE.test(error.message) ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED';
}

function isGraphQLError(error: Error): boolean {
  return error instanceof GraphQLError && error.originalError === undefined;
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}

function isEngineDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof CacheUnavailable) return true;
  if (error instanceof EventStoreError && (error.code === 'unavailable' || error.code === 'in_doubt')) return true;
  return isPassing(error);
}
