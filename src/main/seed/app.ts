import { encodeId } from '../../api/kit/nodeIds.js';
import type { App } from '../compose.js';
import type { SeedApp } from './run.js';

/** What the seed uses of the composed application. */
export function seedApp({ seedDeps, states, handlers }: App): SeedApp {
  return {
    ...seedDeps,
    states,
    messages: handlers.messages,
    receipts: handlers.receipts,
    issueTokens: (subject) => handlers.accounts.issueTokens(subject),
    publicId: encodeId,
  };
}
