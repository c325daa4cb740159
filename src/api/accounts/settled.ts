import type { AccountView } from '../../projections/accounts/accounts.queries.js';
import { settlePosition } from '../kit/consistency.js';
import type { ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';

/** An account that is known to exist, as the read model has it; a signed-in device can be ahead of the projection. */
export async function settleAccount(context: ApiContext, accountId: string): Promise<AccountView> {
  const found = await context.loaders.account.load(accountId);
  if (found !== null) return found;
  await settlePosition(context, context.services.live.position());
  context.loaders.account.clear(accountId);
  const settled = await context.loaders.account.load(accountId);
  if (settled === null) throw fault('READ_TIMEOUT', 'The read model does not have the account yet: repeat.');
  return settled;
}
