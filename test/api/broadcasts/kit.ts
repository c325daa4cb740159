import type { Actor } from '../../kit/testApp.js';
import type { Update } from '../../kit/documents.js';

const problem = '... on Problem { code }';
const saved = `__typename ... on BroadcastListSaved { changed notAdded readToken list { name recipients { id } conversation { id kind } } } ${problem}`;

interface Saved {
  readonly __typename: string;
  readonly code?: string;
  readonly changed: boolean;
  readonly notAdded: readonly string[];
  readonly readToken: string;
  readonly list: {
    readonly name: string;
    readonly recipients: readonly { readonly id: string }[];
    readonly conversation: { readonly id: string; readonly kind: string };
  };
}

export async function createList(author: Actor, clientId: string, recipientIds: readonly string[]): Promise<Saved> {
  const input = { clientId, name: 'Neighbours', recipientIds };
  return (
    await author.client.run<{ made: Saved }>(
      `mutation ($input: CreateBroadcastListInput!) { made: createBroadcastList(input: $input) { ${saved} } }`,
      { input },
    )
  ).made;
}

export async function updateList(author: Actor, input: object): Promise<Saved> {
  return (
    await author.client.run<{ made: Saved }>(
      `mutation ($input: UpdateBroadcastListInput!) { made: updateBroadcastList(input: $input) { ${saved} } }`,
      { input },
    )
  ).made;
}

interface Delivery {
  readonly accountId: string;
  readonly status: string;
  readonly conversationId: string;
  readonly messageId: string;
}

export async function deliveries(author: Actor, messageId: string): Promise<readonly Delivery[] | null> {
  return (
    await author.client.run<{ broadcastDelivery: readonly Delivery[] | null }>(
      'query ($id: ID!) { broadcastDelivery(messageId: $id) { accountId status conversationId messageId } }',
      { id: messageId },
    )
  ).broadcastDelivery;
}

export const hears = (actor: Actor, text: string): Promise<Update> =>
  actor.sees((update) => update.__typename === 'MessageAdded' && update.message.content.text === text);
export const texts = (actor: Actor): unknown[] =>
  actor.updates.flatMap(({ update }) => (update.__typename === 'MessageAdded' ? [update.message.content.text] : []));
