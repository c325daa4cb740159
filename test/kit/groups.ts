import type { WireClient } from './client.js';
import { expectOutcome } from './documents.js';

/** The public operations on groups that tests and drivers use. */
const problem = '... on Problem { code message }';
const changed = `__typename ... on GroupChanged { conversationId readToken } ${problem}`;

const create = `mutation CreateGroup($input: CreateGroupInput!) { createGroup(input: $input) { __typename
  ... on GroupCreated { conversation { id } readToken created notAdded { accountId reason } } ${problem} } }`;
const add = `mutation AddMembers($input: AddMembersInput!) { addMembers(input: $input) { __typename
  ... on MembersAdded { conversationId readToken notAdded { accountId reason } } ${problem} } }`;
const remove = `mutation RemoveMember($input: MemberInput!) { removeMember(input: $input) { ${changed} } }`;
const leave = `mutation LeaveGroup($id: ID!) { leaveGroup(conversationId: $id) { ${changed} } }`;
const role = `mutation ChangeRole($input: ChangeRoleInput!) { changeRole(input: $input) { ${changed} } }`;
const info = `mutation GroupInfo($input: GroupInfoInput!) { updateGroupInfo(input: $input) { ${changed} } }`;
const settings = `mutation GroupSettings($id: ID!, $settings: GroupSettingsInput!) { updateGroupSettings(conversationId: $id, settings: $settings) { ${changed} } }`;

const createLink = `mutation CreateLink($input: CreateInviteLinkInput!) { createInviteLink(input: $input) { __typename
  ... on InviteLinkCreated { token readToken link { id } } ${problem} } }`;
const revokeLink = `mutation RevokeLink($input: InviteLinkInput!) { revokeInviteLink(input: $input) { ${changed} } }`;
const join = `mutation JoinGroup($token: String!) { joinGroup(token: $token) { __typename
  ... on GroupJoined { conversation { id } readToken } ... on JoinWaits { conversationId readToken } ${problem} } }`;
const decide = `mutation DecideJoin($input: DecideJoinInput!) { decideJoin(input: $input) { ${changed} } }`;
const withdraw = `mutation WithdrawJoin($id: ID!) { withdrawJoin(conversationId: $id) { ${changed} } }`;

interface Outcome {
  readonly __typename: string;
  readonly code?: string;
}
export interface NewGroup {
  readonly clientId: string;
  readonly name: string;
  readonly memberIds: readonly string[];
  readonly description?: string;
  readonly avatar?: string;
  readonly settings?: GroupSettingsGiven;
}
export interface GroupSettingsGiven {
  readonly send?: 'EVERYONE' | 'ADMINS';
  readonly editInfo?: 'EVERYONE' | 'ADMINS';
  readonly addMembers?: 'EVERYONE' | 'ADMINS';
  readonly approval?: boolean;
  readonly sharedHistory?: boolean;
}
export interface Written {
  readonly readToken: string;
}
export interface NotAdded {
  readonly accountId: string;
  readonly reason: 'INVITE' | 'NO_SUCH_ACCOUNT';
}

async function run<T>(
  client: WireClient,
  field: string,
  typename: string,
  query: string,
  variables: object,
): Promise<T> {
  const result = await client.run<Record<string, Outcome & T>>(query, variables);
  return expectOutcome(result[field]!, typename);
}

/** Each throws a `WireError` with the problem's code where the server answers one. */
export const createGroup = async (
  client: WireClient,
  input: NewGroup,
): Promise<Written & { readonly id: string; readonly created: boolean; readonly notAdded: readonly NotAdded[] }> => {
  const made = await run<Written & { conversation: { id: string }; created: boolean; notAdded: readonly NotAdded[] }>(
    client,
    'createGroup',
    'GroupCreated',
    create,
    { input },
  );
  return { ...made, id: made.conversation.id };
};
export const addMembers = (
  client: WireClient,
  conversationId: string,
  ...memberIds: readonly string[]
): Promise<Written & { readonly notAdded: readonly NotAdded[] }> =>
  run(client, 'addMembers', 'MembersAdded', add, { input: { conversationId, memberIds } });
export const removeMember = (client: WireClient, conversationId: string, accountId: string): Promise<Written> =>
  run(client, 'removeMember', 'GroupChanged', remove, { input: { conversationId, accountId } });
export const leaveGroup = (client: WireClient, id: string): Promise<Written> =>
  run(client, 'leaveGroup', 'GroupChanged', leave, { id });
export const changeRole = (
  client: WireClient,
  conversationId: string,
  accountId: string,
  to: 'OWNER' | 'ADMIN' | 'MEMBER',
): Promise<Written> =>
  run(client, 'changeRole', 'GroupChanged', role, { input: { conversationId, accountId, role: to } });
export const updateGroupInfo = (
  client: WireClient,
  conversationId: string,
  changes: { readonly name?: string | null; readonly description?: string | null; readonly avatar?: string | null },
): Promise<Written> => run(client, 'updateGroupInfo', 'GroupChanged', info, { input: { conversationId, ...changes } });
export const updateGroupSettings = (client: WireClient, id: string, changes: GroupSettingsGiven): Promise<Written> =>
  run(client, 'updateGroupSettings', 'GroupChanged', settings, { id, settings: changes });

export interface InviteLink {
  readonly token: string;
  readonly linkId: string;
  readonly readToken: string;
}
export const createInviteLink = async (
  client: WireClient,
  conversationId: string,
  limits: { readonly expiresAt?: string; readonly maxUses?: number } = {},
): Promise<InviteLink> => {
  const input = { conversationId, ...limits };
  const made = await run<{ token: string; readToken: string; link: { id: string } }>(
    client,
    'createInviteLink',
    'InviteLinkCreated',
    createLink,
    { input },
  );
  return { token: made.token, readToken: made.readToken, linkId: made.link.id };
};
export const revokeInviteLink = (client: WireClient, conversationId: string, linkId: string): Promise<Written> =>
  run(client, 'revokeInviteLink', 'GroupChanged', revokeLink, { input: { conversationId, linkId } });
/** `waits`: an admin decides. */
export const joinGroup = async (client: WireClient, token: string): Promise<Written & { readonly waits: boolean }> => {
  const { joinGroup: outcome } = await client.run<{ joinGroup: Outcome & Written }>(join, { token });
  const waits = outcome.__typename === 'JoinWaits';
  return { ...(waits ? outcome : expectOutcome(outcome, 'GroupJoined')), waits };
};
export const decideJoin = (
  client: WireClient,
  conversationId: string,
  accountId: string,
  approve: boolean,
): Promise<Written> =>
  run(client, 'decideJoin', 'GroupChanged', decide, { input: { conversationId, accountId, approve } });
export const withdrawJoin = (client: WireClient, id: string): Promise<Written> =>
  run(client, 'withdrawJoin', 'GroupChanged', withdraw, { id });
