import { WireError, type WireClient } from '../../kit/client.js';

/** Everything that the storm of nodes does beside sending, over the public API. */
const problem = '... on Problem { code message }';
const edit = `mutation Edit($id: ID!, $text: String!) { result: editMessage(input: { messageId: $id, text: $text }) { __typename ${problem} } }`;
const remove = `mutation Delete($id: ID!) { result: deleteMessage(messageId: $id) { __typename ${problem} } }`;
const react = `mutation React($id: ID!, $emoji: String) { result: reactToMessage(messageId: $id, emoji: $emoji) { __typename ${problem} } }`;
const add = `mutation Add($group: ID!, $member: ID!) { result: addMembers(input: { conversationId: $group, memberIds: [$member] }) { __typename ${problem} } }`;
const expel = `mutation Expel($group: ID!, $member: ID!) { result: removeMember(input: { conversationId: $group, accountId: $member }) { __typename ${problem} } }`;
const leave = `mutation Leave($group: ID!) { result: leaveGroup(conversationId: $group) { __typename ${problem} } }`;

/** As a client that shows edits, deletions, reactions and members. */
export const changesDocument = `subscription Updates($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on MessageAdded { conversationId message { id seq clientId authorId at content { __typename ... on TextContent { text } } } }
  ... on MessageEdited { conversationId seq targetSeq text }
  ... on MessageDeleted { conversationId seq targetSeq }
  ... on ReactionChanged { conversationId seq targetSeq emoji }
  ... on MembersChanged { conversationId seq change accountIds }
  ... on ReceiptAdvanced { conversationId accountId deviceId deliveredUpTo readUpTo }
  ... on ConversationAdded { conversationId memberIds } } } }`;

export const operations = {
  edit: (client: WireClient, id: string, text: string) => perform(client, edit, { id, text }),
  delete: (client: WireClient, id: string) => perform(client, remove, { id }),
  react: (client: WireClient, id: string, emoji: string | null) => perform(client, react, { id, emoji }),
  add: (client: WireClient, group: string, member: string) => perform(client, add, { group, member }),
  expel: (client: WireClient, group: string, member: string) => perform(client, expel, { group, member }),
  leave: (client: WireClient, group: string) => perform(client, leave, { group }),
} as const;

const DONE = new Set(['MessageChanged', 'MembersAdded', 'GroupChanged']);
/** As it should be already: a repeat of what was done, or somebody else was faster. */
const SETTLED = new Set(['MESSAGE_GONE', 'NO_SUCH_MESSAGE', 'NOT_A_MEMBER', 'NO_SUCH_MEMBER']);

/** True when done, false when there is nothing to do any more. Rejects with what may be tried again. */
async function perform(client: WireClient, document: string, variables: object): Promise<boolean> {
  const { result } = await client.run<{ result: { __typename: string; code?: string; message?: string } }>(
    document,
    variables,
  );
  if (DONE.has(result.__typename)) return true;
  const code = result.code ?? result.__typename;
  if (SETTLED.has(code)) return false;
  throw new WireError(code, result.message ?? '');
}
