import type { Position } from '../../platform/eventStore/port.js';
import type { ApiContext } from './context.js';
import { fault } from './errors.js';

/** How long a query waits for the projections. */
const WAIT_MS = 5_000;

/** Waits until the read model has passed the token. @throws faults BAD_USER_INPUT, READ_TIMEOUT */
export async function settle(context: ApiContext, atLeast: string | null | undefined): Promise<void> {
  if (atLeast == null) return;
  const position = context.services.cursors.decodeReadToken(atLeast);
  if (position === undefined || position === 'foreign')
    throw fault('BAD_USER_INPUT', 'not a read token of this server');
  await settlePosition(context, position);
}

export async function settlePosition({ services }: ApiContext, position: Position): Promise<void> {
  if (await services.reads.waitFor(position, WAIT_MS)) return;
  throw fault('READ_TIMEOUT', 'The read model did not get there in time: repeat the query.');
}

/** Where what a command came to can be read. Undefined: it was so already, and is as old as all that this node has seen. */
export function writtenAt({ services }: ApiContext, position: Position | undefined): Position {
  return position ?? services.live.position();
}

export function readTokenOf(context: ApiContext, position: Position | undefined): string {
  return context.services.cursors.encodeReadToken(writtenAt(context, position));
}
