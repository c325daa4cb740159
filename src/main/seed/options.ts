import { parseArgs } from 'node:util';
import { StartError } from '../../platform/lifecycle/index.js';

export interface SeedOptions {
  readonly accounts: number;
  readonly conversations: number;
  readonly messages: number;
  readonly devicesPerAccount: number;
  readonly tokensFile: string | undefined;
  readonly json: string | undefined;
}

const usage =
  'usage: npm run seed -- --accounts N --conversations N --messages N [--devices-per-account N] [--tokens FILE] [--json FILE]';

/** @throws StartError with one sentence for what is missing or wrong. */
export function seedOptions(args: readonly string[]): SeedOptions {
  const values = parse(args);
  const number = (name: keyof typeof values, otherwise: number): number => {
    const value = values[name];
    if (value === undefined) return otherwise;
    if (!/^\d{1,9}$/.test(value)) throw new StartError(`--${name} takes a number, not "${value}".\n${usage}`);
    return Number(value);
  };
  const accounts = number('accounts', 100);
  const conversations = number('conversations', Math.floor(accounts / 2));
  const messages = number('messages', conversations * 20);
  const most = (accounts * (accounts - 1)) / 2;
  if (conversations > most) throw new StartError(`${accounts} accounts have at most ${most} direct conversations.`);
  if (messages > 0 && conversations === 0)
    throw new StartError('Messages need a conversation: --conversations 1 or more.');
  return {
    accounts,
    conversations,
    messages,
    devicesPerAccount: Math.max(1, number('devices-per-account', 1)),
    tokensFile: values.tokens,
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        accounts: { type: 'string' },
        conversations: { type: 'string' },
        messages: { type: 'string' },
        'devices-per-account': { type: 'string' },
        tokens: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch {
    throw new StartError(usage);
  }
}
