import type { GroupChanged as Done } from '../../domain/groups/index.js';
import { conversationOf } from '../../projections/conversations/conversations.queries.js';
import type { Conversation } from '../conversations/types.js';
import { conversationValue } from '../conversations/values.js';
import { readTokenOf, settlePosition, writtenAt } from '../kit/consistency.js';
import { actorOf, type ApiContext } from '../kit/context.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import type { GroupChanged, GroupJoined, JoinWaits } from './results.js';

export function inGroup(
  context: ApiContext,
  conversationId: string,
): { readonly actor: ReturnType<typeof actorOf>; readonly conversationId: string } {
  return { actor: actorOf(context), conversationId: decodeId('conversation', conversationId) };
}

/** What groups and communities answer. */
type At = Pick<Done, 'conversationId' | 'position'>;

export function changed(context: ApiContext, done: At): GroupChanged {
  return { __typename: 'GroupChanged', ...placeOf(context, done) };
}

/** Where to read what was written. */
export function placeOf(
  context: ApiContext,
  done: At,
): { readonly conversationId: string; readonly readToken: string } {
  return {
    conversationId: encodeId('conversation', done.conversationId),
    readToken: readTokenOf(context, done.position),
  };
}

export async function joined(context: ApiContext, done: Done): Promise<GroupJoined | JoinWaits> {
  if (!done.member) return { __typename: 'JoinWaits', ...placeOf(context, done) };
  return {
    __typename: 'GroupJoined',
    conversation: await conversationAfter(context, done),
    readToken: readTokenOf(context, done.position),
  };
}

/** The conversation as the caller sees it after the command. */
export async function conversationAfter(context: ApiContext, done: At): Promise<Conversation> {
  await settlePosition(context, writtenAt(context, done.position));
  const { account } = actorOf(context);
  const found = await conversationOf(context.services.reads.pool, account, done.conversationId);
  if (found === null) throw fault('READ_TIMEOUT', 'The read model does not have the conversation yet: repeat.');
  return conversationValue(found, account);
}
