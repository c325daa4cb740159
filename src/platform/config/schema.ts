/** Every environment variable that the server reads: the one table that loadConfig, schema/env.json and .env.example come from. */
export interface Setting {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'url' | 'choice';
  /** As one would write it in the environment; absent when the setting may be left out. */
  readonly default?: string;
  readonly doc: string;
  readonly secret?: true;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** Schemes of a URL. */
  readonly schemes?: readonly string[];
  readonly pattern?: RegExp;
  /** What fits the pattern, in words. */
  readonly form?: string;
}

export const settings = [
  {
    name: 'PORT',
    type: 'integer',
    default: '4000',
    min: 0,
    max: 65535,
    doc: 'Port of the HTTP and WebSocket server; 0 takes any free one.',
  },
  {
    name: 'HOST',
    type: 'text',
    default: '127.0.0.1',
    doc: 'Address to listen on. Development mode serves loopback only.',
  },
  {
    name: 'DATA_DIR',
    type: 'text',
    default: './data',
    doc: 'Folder of the embedded database, the master key and logs; made when absent.',
  },
  {
    name: 'LOG_LEVEL',
    type: 'choice',
    default: 'warn',
    choices: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    doc: 'Least severe log entry that is written to stderr.',
  },
  {
    name: 'MODE',
    type: 'choice',
    default: 'development',
    choices: ['development', 'production'],
    doc: 'Development opens the playground, introspection and the outbox of one-time codes.',
  },
  {
    name: 'DATABASE_URL',
    type: 'url',
    secret: true,
    schemes: ['postgres', 'postgresql'],
    doc: 'Postgres 15 or newer; without it an embedded one runs in DATA_DIR.',
  },
  {
    name: 'EVENTSTORE_URL',
    type: 'url',
    secret: true,
    schemes: ['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover', 'kdb', 'kdb+discover'],
    doc: 'EventStoreDB or KurrentDB; without it events are kept in Postgres.',
  },
  {
    name: 'REDIS_URL',
    type: 'url',
    secret: true,
    schemes: ['redis', 'rediss'],
    doc: 'Redis 6.2 or newer, through which nodes share limits, presence and signals; without it each keeps its own.',
  },
  {
    name: 'MASTER_KEY',
    type: 'text',
    secret: true,
    pattern: /^(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/_-]{43}=?)$/,
    form: '32 bytes in base64 or in hex',
    doc: '32 bytes in base64 or hex that wrap the keys of personal data; without it DATA_DIR/master.key is used, and made at the first start. Losing it loses all personal data.',
  },
  {
    name: 'ACCESS_TOKEN_TTL_SECONDS',
    type: 'integer',
    default: '900',
    min: 5,
    max: 86400,
    doc: 'Lifetime of access tokens.',
  },
  {
    name: 'RATE_LIMITS',
    type: 'choice',
    default: 'on',
    choices: ['on', 'off'],
    doc: 'Limits on what a client may do in a time; off only in development, for benchmarks.',
  },
  {
    name: 'TWILIO_ACCOUNT_SID',
    type: 'text',
    doc: 'Twilio account that sends one-time codes; without it they go to the local outbox (development only).',
  },
  { name: 'TWILIO_AUTH_TOKEN', type: 'text', secret: true, doc: 'Token of the Twilio account.' },
  { name: 'TWILIO_FROM', type: 'text', doc: "Sender's number at Twilio, in E.164, or the id of a messaging service." },
  {
    name: 'LINK_PREVIEWS',
    type: 'choice',
    default: 'off',
    choices: ['on', 'off'],
    doc: 'Whether the server fetches the first link of a text from the internet, for a preview (docs/topics/messages/link-previews.md).',
  },
  {
    name: 'LINK_PREVIEWS_ALLOW',
    type: 'text',
    pattern: /^(?:[\d.]+|\[[\da-f:]+\]):\d{1,5}(?:,(?:[\d.]+|\[[\da-f:]+\]):\d{1,5})*$/,
    form: 'addresses with a port, such as 10.0.0.7:443 or [fd00::7]:443, separated by commas',
    doc: 'Addresses that previews may be fetched from though they are not public, each with its port, separated by commas, such as 10.0.0.7:443. Everybody can make the server ask them for any page.',
  },
  {
    name: 'ROLES',
    type: 'text',
    default: 'all',
    pattern: /^\w+(?:,\w+)*$/,
    form: 'words separated by commas',
    doc: 'Parts that this process runs, separated by commas: `all`, or `workers` for a process that also does what workers do.',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]['name'];
