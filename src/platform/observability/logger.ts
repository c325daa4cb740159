import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const secretFields = [
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'password',
  'otp',
  'phone',
  'text',
  'payload',
  'about',
  'masterKey',
  'authToken',
  'connectionString',
  'databaseUrl',
];

/** What is never written, at the top of an entry or one or two levels down. */
const redactPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

const urlSecret = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi;

/** Replaces the password of every URL in a text. */
export function withoutUrlSecrets(text: string): string {
  return text.replace(urlSecret, '$1:***@');
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: withoutUrlSecrets(String(error)) };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: error.code } : {};
  return {
    type: error.name,
    message: withoutUrlSecrets(error.message),
    ...code,
    stack: withoutUrlSecrets(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** Logs JSON lines to stderr: stdout belongs to what a command answers. Secrets and personal fields are redacted by name. */
export function createLogger(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactPaths, censor: '[redacted]' },
      serializers: { err: describeError, error: describeError },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

export const silentLogger: Logger = pino({ level: 'silent' });
