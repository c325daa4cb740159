import { randomUUID } from 'node:crypto';
import { WireError, type WireClient } from './client.js';

/** The public operations that drivers and the demo use, each sent with the same text always (the server caches by text). */
const problem = '... on Problem { code message }';

const send = `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { __typename
  ... on MessageSent { messageId clientId seq at readToken } ... on RateLimited { retryAfterMs } ... on Busy { retryAfterMs } ${problem} } }`;
const acknowledge = `mutation Ack($input: AcknowledgeInput!) { acknowledge(input: $input) { __typename
  ... on Acknowledged { conversationId deliveredUpTo readUpTo } ${problem} } }`;
const start = `mutation Start($with: ID!) { startConversation(with: $with) { __typename
  ... on ConversationStarted { conversation { id } readToken created } ${problem} } }`;
const createGroupDocument = `mutation CreateGroup($input: CreateGroupInput!) { createGroup(input: $input) { __typename
  ... on GroupCreated { conversation { id } } ${problem} } }`;
const snapshot = 'query Snapshot($n: Int) { snapshot(conversations: $n) { cursor } }';
export const updatesDocument = `subscription Updates($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on MessageAdded { conversationId message { id seq clientId authorId at content { __typename ... on TextContent { text } } } }
  ... on ReceiptAdvanced { conversationId accountId deviceId deliveredUpTo readUpTo }
  ... on GroupReceiptAdvanced { conversationId everyoneHas everyoneRead }
  ... on ConversationAdded { conversationId memberIds }
  ... on MembersChanged { conversationId seq change accountIds }
  ... on JoinRequested { conversationId seq accountId } } } }`;

export interface Sent {
  readonly messageId: string;
  readonly clientId: string;
  readonly seq: number;
  readonly at: string;
  readonly readToken: string;
}
export type Update =
  | {
      readonly __typename: 'MessageAdded';
      readonly conversationId: string;
      readonly message: {
        readonly id: string;
        readonly seq: number;
        readonly clientId: string;
        readonly authorId: string;
        readonly at: string;
        readonly content: { readonly __typename: string; readonly text?: string };
      };
    }
  | {
      readonly __typename: 'ReceiptAdvanced';
      readonly conversationId: string;
      readonly accountId: string;
      readonly deviceId: string;
      readonly deliveredUpTo: number | null;
      readonly readUpTo: number | null;
    }
  | {
      readonly __typename: 'GroupReceiptAdvanced';
      readonly conversationId: string;
      readonly everyoneHas: number;
      readonly everyoneRead: number;
    }
  | {
      readonly __typename: 'ConversationAdded';
      readonly conversationId: string;
      readonly memberIds: readonly string[];
    }
  | {
      readonly __typename: 'MembersChanged';
      readonly conversationId: string;
      readonly seq: number;
      readonly change: 'ADDED' | 'REMOVED' | 'LEFT' | 'ROLE';
      readonly accountIds: readonly string[];
    }
  | {
      readonly __typename: 'MessageEdited' | 'MessageDeleted' | 'ReactionChanged';
      readonly conversationId: string;
      readonly seq: number;
      readonly targetSeq: number;
      /** Of an edit; null when it is gone since. */
      readonly text?: string | null;
    }
  | {
      readonly __typename: 'JoinRequested';
      readonly conversationId: string;
      readonly seq: number;
      readonly accountId: string;
    }
  | {
      readonly __typename:
        'InviteLinksChanged' | 'CursorAdvanced' | 'ProfileUpdatedUpdate' | 'DeviceLinkedUpdate' | 'DeviceRevokedUpdate';
    };
export interface Envelope {
  readonly cursor: string;
  readonly update: Update;
}

interface Outcome {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
}

/** The payload, or a `WireError` whose code is the problem's. */
export function expectOutcome<T extends Outcome>(outcome: T, typename: string): T {
  if (outcome.__typename === typename) return outcome;
  throw new WireError(outcome.code ?? outcome.__typename, outcome.message ?? `${typename} expected`);
}

export async function sendText(
  client: WireClient,
  conversationId: string,
  clientId: string,
  text: string,
): Promise<Sent> {
  const input = { conversationId, clientId, text };
  const { sendMessage } = await client.run<{ sendMessage: Outcome & Sent }>(send, { input });
  return expectOutcome(sendMessage, 'MessageSent');
}

export async function acknowledgeUpTo(
  client: WireClient,
  conversationId: string,
  upTo: { readonly deliveredUpTo?: number; readonly readUpTo?: number },
): Promise<void> {
  const input = { conversationId, ...upTo };
  expectOutcome((await client.run<{ acknowledge: Outcome }>(acknowledge, { input })).acknowledge, 'Acknowledged');
}

export async function startConversation(client: WireClient, withAccount: string): Promise<string> {
  const { startConversation: outcome } = await client.run<{
    startConversation: Outcome & { conversation: { id: string } };
  }>(start, { with: withAccount });
  return expectOutcome(outcome, 'ConversationStarted').conversation.id;
}

export async function createGroup(client: WireClient, name: string, memberIds: readonly string[]): Promise<string> {
  const { createGroup: outcome } = await client.run<{ createGroup: Outcome & { conversation: { id: string } } }>(
    createGroupDocument,
    { input: { clientId: randomUUID(), name, memberIds } },
  );
  return expectOutcome(outcome, 'GroupCreated').conversation.id;
}

/** Where a subscription starts so that nothing between now and its start is missed. */
export async function currentCursor(client: WireClient): Promise<string> {
  return (await client.run<{ snapshot: { cursor: string } }>(snapshot, { n: 1 })).snapshot.cursor;
}

export function subscribeUpdates(
  client: WireClient,
  after: string | undefined,
  onUpdate: (envelope: Envelope) => void,
  onEnd?: (error: WireError | undefined) => void,
  document = updatesDocument,
): () => void {
  return client.subscribe<{ updates: Envelope }>(
    document,
    after === undefined ? {} : { after },
    (data) => onUpdate(data.updates),
    onEnd,
  );
}
