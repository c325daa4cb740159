import type { Clock } from '../../platform/clock/port.js';
import type { EventStore, Position } from '../../platform/eventStore/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import { seal, sealAad } from '../../platform/keys/seal.js';
import { PROFILE_LIMITS } from '../accounts/index.js';
import { appendSettled } from '../shared/append.js';
import { uuidv8 } from '../shared/ids.js';
import { accountStream } from '../shared/streams.js';

export interface NamedAccountDeps {
  readonly eventStore: EventStore;
  readonly keys: Pick<KeyStore, 'ensure' | 'hmac'>;
  readonly clock: Clock;
}

/**
 * The account that stands for an author whose number nobody told: a name, no number, so that nobody can sign in to it. Its
 * id follows from the importing account and the name; the second import finds the first one's.
 */
export async function namedAccount(
  deps: NamedAccountDeps,
  importer: string,
  name: string,
): Promise<{ readonly accountId: string; readonly position: Position | undefined }> {
  const accountId = uuidv8(`import:${importer}:${name}`);
  const id = uuidv8(`registered:${accountId}`);
  const ref = { subject: accountId, scope: 'account' };
  const key = await deps.keys.ensure(ref);
  const sealed = (field: string, text: string) => seal(key, ref, sealAad(id, 'AccountRegistered', field), text);
  const data = {
    phone: sealed('phone', ''),
    phoneHmac: deps.keys.hmac('phone', `import:${accountId}`),
    country: '',
    name: sealed('name', name.slice(0, PROFILE_LIMITS.name).toWellFormed()),
  };
  // The same id at the same revision: the second time it is a repeat.
  const outcome = await appendSettled(deps.eventStore, {
    stream: accountStream(accountId),
    expected: 'no_stream',
    events: [
      { id, type: 'AccountRegistered', data, metadata: { occurredAt: deps.clock.now(), actor: { account: importer } } },
    ],
  });
  return { accountId, position: outcome.kind === 'appended' ? outcome.position : undefined };
}
