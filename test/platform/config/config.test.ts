import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  ConfigError,
  environmentExample,
  environmentSchema,
  isLoopback,
  loadConfig,
  projectRoot,
} from '../../../src/platform/config/index.js';

const twilio = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'hush', TWILIO_FROM: '+15005550006' };

test('an empty environment is a development server on loopback', () => {
  expect(loadConfig({ PORT: '', UNKNOWN: 'x' })).toEqual({
    port: 4000,
    host: '127.0.0.1',
    dataDir: './data',
    logLevel: 'warn',
    mode: 'development',
    databaseUrl: undefined,
    eventStoreUrl: undefined,
    masterKey: undefined,
    accessTokenTtlSeconds: 900,
    rateLimits: true,
    twilio: undefined,
    roles: ['all'],
  });
});

test('everything can be set', () => {
  const config = loadConfig({
    ...twilio,
    PORT: '8080',
    HOST: '0.0.0.0',
    MODE: 'production',
    DATABASE_URL: 'postgres://u:p@db/parlance',
    EVENTSTORE_URL: 'esdb://es:2113?tls=false',
    MASTER_KEY: 'ab'.repeat(32),
    ROLES: 'api,projector',
    LINK_PREVIEWS: 'on',
    LINK_PREVIEWS_ALLOW: '10.0.0.7:443,[fd00::7]:80',
  });
  expect(config).toMatchObject({
    port: 8080,
    roles: ['api', 'projector'],
    linkPreviews: { allow: ['10.0.0.7:443', '[fd00::7]:80'] },
    twilio: { accountSid: 'AC1', authToken: 'hush', from: '+15005550006' },
  });
});

test.each([
  [{ PORT: '80a' }, 'PORT must be a whole number from 0 to 65535, not "80a".'],
  [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535, not "65536".'],
  [{ MODE: 'prod' }, 'MODE must be one of development, production, not "prod".'],
  [{ DATABASE_URL: 'mysql://u:hush@db/x' }, 'DATABASE_URL must be a URL that starts with postgres://.'],
  [{ EVENTSTORE_URL: 'http://hush' }, 'EVENTSTORE_URL must be a URL that starts with esdb://.'],
  [{ MASTER_KEY: 'hush' }, 'MASTER_KEY must be 32 bytes in base64 or in hex.'],
  [{ ACCESS_TOKEN_TTL_SECONDS: '-1' }, 'ACCESS_TOKEN_TTL_SECONDS must be a whole number from 5 to 86400, not "-1".'],
  [
    { LINK_PREVIEWS_ALLOW: 'wiki:443' },
    'LINK_PREVIEWS_ALLOW must be addresses with a port, such as 10.0.0.7:443 or [fd00::7]:443, separated by commas, not "wiki:443".',
  ],
  [{ TWILIO_FROM: '+1' }, 'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM must be set together.'],
  [{ MODE: 'production', RATE_LIMITS: 'off', ...twilio }, 'RATE_LIMITS can be off only with MODE=development.'],
])('%j is refused in one sentence', (env, message) => {
  expect(() => loadConfig(env)).toThrow(new ConfigError(message));
});

test('development mode does not serve other machines', () => {
  expect(() => loadConfig({ HOST: '0.0.0.0' })).toThrow(/HOST must be a loopback address/);
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '127.evil.example', '10.0.0.1'].some(isLoopback)).toBe(false);
});

test('the committed schema and example are those of the table (npm run env writes them)', () => {
  const committed = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');
  expect(committed('schema/env.json')).toBe(environmentSchema());
  expect(committed('.env.example')).toBe(environmentExample());
});
