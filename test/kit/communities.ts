import type { WireClient } from './client.js';
import { expectOutcome } from './documents.js';

/** The public operations on communities that tests use. */
const problem = '... on Problem { code message }';
const changed = `__typename ... on GroupChanged { conversationId readToken } ${problem}`;
const joined = `__typename ... on GroupJoined { conversation { id } readToken } ... on JoinWaits { conversationId readToken } ${problem}`;

interface Outcome {
  readonly __typename: string;
  readonly code?: string;
}
interface Written {
  readonly readToken: string;
}

export async function createCommunity(
  client: WireClient,
  input: { readonly clientId: string; readonly name: string; readonly description?: string },
): Promise<Written & { readonly id: string; readonly created: boolean }> {
  const { made } = await client.run<{ made: Outcome & Written & { conversation: { id: string }; created: boolean } }>(
    `mutation ($input: CreateCommunityInput!) { made: createCommunity(input: $input) { __typename
      ... on CommunityCreated { conversation { id kind myRole } readToken created } ${problem} } }`,
    { input },
  );
  const { conversation, readToken, created } = expectOutcome(made, 'CommunityCreated');
  return { id: conversation.id, readToken, created };
}

const change =
  (field: 'linkGroup' | 'unlinkGroup') =>
  async (client: WireClient, communityId: string, groupId: string): Promise<Written> => {
    const { done } = await client.run<{ done: Outcome & Written }>(
      `mutation ($input: CommunityGroupInput!) { done: ${field}(input: $input) { ${changed} } }`,
      { input: { communityId, groupId } },
    );
    return expectOutcome(done, 'GroupChanged');
  };
/** Each throws a `WireError` with the problem's code where the server answers one. */
export const linkGroup = change('linkGroup');
export const unlinkGroup = change('unlinkGroup');

export async function joinCommunityGroup(
  client: WireClient,
  communityId: string,
  groupId: string,
): Promise<Written & { readonly waits: boolean }> {
  const { done } = await client.run<{ done: Outcome & Written }>(
    `mutation ($input: CommunityGroupInput!) { done: joinCommunityGroup(input: $input) { ${joined} } }`,
    { input: { communityId, groupId } },
  );
  const waits = done.__typename === 'JoinWaits';
  return { ...(waits ? done : expectOutcome(done, 'GroupJoined')), waits };
}

export async function deactivateCommunity(client: WireClient, id: string): Promise<Written> {
  const { done } = await client.run<{ done: Outcome & Written }>(
    `mutation ($id: ID!) { done: deactivateCommunity(communityId: $id) { ${changed} } }`,
    { id },
  );
  return expectOutcome(done, 'GroupChanged');
}

export interface SeenCommunity {
  readonly kind: string;
  readonly name: string | null;
  readonly myRole: string | null;
  readonly communityId: string | null;
  readonly groups:
    | readonly {
        readonly conversationId: string;
        readonly name: string;
        readonly memberCount: number;
        readonly approval: boolean;
        readonly joined: boolean;
      }[]
    | null;
  readonly members: {
    readonly edges: readonly { readonly node: { readonly accountId: string; readonly role: string } }[];
  };
  readonly messages: { readonly edges: readonly { readonly node: { readonly content: { readonly text?: string } } }[] };
}

/** A community, or a group, as the client's account sees it. */
export async function conversation(client: WireClient, id: string, atLeast?: string): Promise<SeenCommunity | null> {
  const { seen } = await client.run<{ seen: SeenCommunity | null }>(
    `query ($id: ID!, $at: ReadToken) { seen: conversation(id: $id, atLeast: $at) { kind name myRole communityId
      groups { conversationId name memberCount approval joined } members(first: 50) { edges { node { accountId role } } }
      messages(first: 50) { edges { node { content { ... on TextContent { text } } } } } } }`,
    { id, at: atLeast ?? null },
  );
  return seen;
}
