import { isIP } from 'node:net';
import type { LogLevel } from '../observability/logger.js';
import { StartError } from '../lifecycle/startError.js';
import { settings, type Setting, type SettingName } from './schema.js';

/** What the environment asks for, checked. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly mode: 'development' | 'production';
  readonly databaseUrl: string | undefined;
  readonly eventStoreUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly masterKey: string | undefined;
  readonly accessTokenTtlSeconds: number;
  readonly rateLimits: boolean;
  readonly twilio: { readonly accountSid: string; readonly authToken: string; readonly from: string } | undefined;
  readonly roles: readonly string[];
  /** Undefined: off. `allow`: `address:port`. */
  readonly linkPreviews: { readonly allow: readonly string[] } | undefined;
}

/** One sentence that names the variable, and never repeats a secret. */
export class ConfigError extends StartError {
  override name = 'ConfigError';
}

/** @throws ConfigError at the first setting that is wrong. An empty variable is an absent one. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values = new Map<string, string | undefined>(
    settings.map((setting) => [setting.name, checked(setting, env[setting.name])]),
  );
  const optional = (name: SettingName): string | undefined => values.get(name);
  const required = (name: SettingName): string => values.get(name) ?? '';
  const config: Config = {
    port: Number(required('PORT')),
    host: required('HOST'),
    dataDir: required('DATA_DIR'),
    logLevel: required('LOG_LEVEL') as LogLevel,
    mode: required('MODE') as Config['mode'],
    databaseUrl: optional('DATABASE_URL'),
    eventStoreUrl: optional('EVENTSTORE_URL'),
    redisUrl: optional('REDIS_URL'),
    masterKey: optional('MASTER_KEY'),
    accessTokenTtlSeconds: Number(required('ACCESS_TOKEN_TTL_SECONDS')),
    rateLimits: required('RATE_LIMITS') === 'on',
    twilio: twilioOf(optional('TWILIO_ACCOUNT_SID'), optional('TWILIO_AUTH_TOKEN'), optional('TWILIO_FROM')),
    roles: required('ROLES').split(','),
    linkPreviews:
      required('LINK_PREVIEWS') === 'on' ? { allow: optional('LINK_PREVIEWS_ALLOW')?.split(',') ?? [] } : undefined,
  };
  checkTogether(config);
  return config;
}

function checked(setting: Setting, given: string | undefined): string | undefined {
  const value = given === undefined || given.trim() === '' ? setting.default : given.trim();
  if (value === undefined) return undefined;
  const problem = problemOf(setting, value);
  if (problem === undefined) return value;
  throw new ConfigError(
    `${setting.name} must be ${problem}${setting.secret === true ? '' : `, not ${JSON.stringify(value)}`}.`,
  );
}

function problemOf(setting: Setting, value: string): string | undefined {
  switch (setting.type) {
    case 'integer': {
      const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
      const number = Number(value);
      return /^\d+$/.test(value) && number >= min && number <= max
        ? undefined
        : `a whole number from ${String(min)} to ${String(max)}`;
    }
    case 'choice':
      return setting.choices?.includes(value) === true ? undefined : `one of ${setting.choices?.join(', ') ?? ''}`;
    case 'url': {
      const scheme = /^([a-z+]+):\/\/./.exec(value)?.[1];
      return scheme !== undefined && setting.schemes?.includes(scheme) === true
        ? undefined
        : `a URL that starts with ${setting.schemes?.[0] ?? ''}://`;
    }
    case 'text':
      if (value.includes('\0')) return 'a text without U+0000';
      return setting.pattern?.test(value) === false ? (setting.form ?? 'another') : undefined;
  }
}

function twilioOf(
  accountSid: string | undefined,
  authToken: string | undefined,
  from: string | undefined,
): Config['twilio'] {
  if (accountSid === undefined && authToken === undefined && from === undefined) return undefined;
  if (accountSid === undefined || authToken === undefined || from === undefined) {
    throw new ConfigError('TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM must be set together.');
  }
  return { accountSid, authToken, from };
}

function checkTogether(config: Config): void {
  if (config.mode === 'production') {
    if (!config.rateLimits) throw new ConfigError('RATE_LIMITS can be off only with MODE=development.');
    if (config.twilio === undefined)
      throw new ConfigError(
        'MODE=production needs TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM to send one-time codes.',
      );
  } else if (!isLoopback(config.host)) {
    throw new ConfigError(
      `HOST must be a loopback address (such as 127.0.0.1) with MODE=development, which shows everybody's one-time codes; set MODE=production to serve other machines.`,
    );
  }
}

/** Only addresses of which we know it: a name could resolve to anything, except localhost. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
