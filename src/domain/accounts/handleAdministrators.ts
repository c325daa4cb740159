import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { phoneStream } from '../shared/streams.js';
import { commit, holderOf, type StreamDeps } from './accountStream.js';
import { decideAdministrator } from './decide.js';
import { parsePhone, type PhoneProblem } from './phone.js';

export type AdministratorOutcome =
  | {
      readonly kind: 'done';
      readonly accountId: string;
      /** False: it was so already. */
      readonly changed: boolean;
      readonly position: Position | undefined;
    }
  | { readonly kind: 'invalid_phone'; readonly reason: PhoneProblem }
  | { readonly kind: 'no_account' };

/** Of whoever holds a number; for an operator, whom nobody limits. */
export interface Administrators {
  grant(phone: string): Promise<AdministratorOutcome>;
  revoke(phone: string): Promise<AdministratorOutcome>;
}

export function administrators(deps: StreamDeps & { readonly keys: KeyStore }): Administrators {
  const set = async (phone: string, administrator: boolean): Promise<AdministratorOutcome> => {
    const parsed = parsePhone(phone);
    if (!parsed.ok) return { kind: 'invalid_phone', reason: parsed.reason };
    const accountId = await holderOf(deps.eventStore, phoneStream(deps.keys.hmac('phone', parsed.e164)));
    if (accountId === undefined) return { kind: 'no_account' };
    const done = await commit(deps, accountId, {}, (state) => decideAdministrator(state, administrator));
    if ('rejected' in done) return done.rejected;
    return { kind: 'done', accountId, changed: done.events.length > 0, position: done.position };
  };
  return { grant: (phone) => set(phone, true), revoke: (phone) => set(phone, false) };
}
