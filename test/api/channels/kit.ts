import type { Actor, TestApp } from '../../kit/testApp.js';

export const problem = '... on Problem { code }';
const saved = `__typename ... on ChannelSaved { changed readToken channel { id handle name description following followerCount } } ${problem}`;

export interface Saved {
  readonly code?: string;
  readonly changed: boolean;
  readonly readToken: string;
  readonly channel: {
    readonly id: string;
    readonly handle: string;
    readonly name: string;
    readonly following: boolean;
  };
}

let handles = 0;

export async function create(owner: Actor, handle = `news_${String((handles += 1))}`): Promise<Saved> {
  return (
    await owner.client.run<{ made: Saved }>(
      `mutation ($input: CreateChannelInput!) { made: createChannel(input: $input) { ${saved} } }`,
      { input: { handle, name: 'The news', description: 'All of it' } },
    )
  ).made;
}

export async function mutate(actor: Actor, name: string, input: object): Promise<Saved> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return (
    await actor.client.run<{ made: Saved }>(
      `mutation ($input: ${type}!) { made: ${name}(input: $input) { ${saved} } }`,
      { input },
    )
  ).made;
}

export async function follow(actor: Actor, channelId: string, following = true): Promise<string> {
  const { done } = await actor.client.run<{ done: { code?: string; readToken: string } }>(
    `mutation ($id: ID!) { done: ${following ? 'followChannel' : 'unfollowChannel'}(channelId: $id) { __typename
      ... on ChannelFollowSet { channelId following readToken } ${problem} } }`,
    { id: channelId },
  );
  return done.code ?? done.readToken;
}

export async function page(actor: Actor, id: string, atLeast?: string): Promise<unknown[] | null> {
  const { conversation } = await actor.client.run<{
    conversation: { messages: { edges: readonly { node: { content: { text: string } } }[] } } | null;
  }>(
    `query ($id: ID!, $at: ReadToken) { conversation(id: $id, atLeast: $at) { kind myRole
       messages(first: 50) { edges { node { content { ... on TextContent { text } } } } } } }`,
    { id, at: atLeast ?? null },
  );
  return conversation === null ? null : conversation.messages.edges.map(({ node }) => node.content.text);
}

export const texts = (actor: Actor): unknown[] =>
  actor.updates.flatMap(({ update }) => (update.__typename === 'MessageAdded' ? [update.message.content.text] : []));
export const hears = (actor: Actor, text: string) =>
  actor.sees((update) => update.__typename === 'MessageAdded' && update.message.content.text === text);

/** Once the read model has all that happened. */
export async function settled({ app }: TestApp): Promise<void> {
  if (!(await app.projector.waitFor(await app.eventStore.head(), 10_000))) throw new Error('the projector is behind');
}
