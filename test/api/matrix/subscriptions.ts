import type { GraphQLField } from 'graphql';
import { WireError } from '../../kit/client.js';
import { acknowledgeUpTo, sendText, startConversation } from '../../kit/documents.js';
import type { Args, Cell } from './calls.js';
import { documentOf, everything } from './selection.js';

/** One subscription while something happens: it is told when what comes of it says so. */
export interface Heard {
  readonly field: string;
  readonly on: string;
  readonly args: (at: Cell) => Args;
  /** Lets it happen; gives what is said of it, by all of these. */
  readonly happen: (at: Cell) => Promise<readonly string[]>;
  /** What comes to the subscriber last: had it been told, it would have been before. Without it happens again for a while. */
  readonly fence?: (at: Cell) => Promise<string>;
}

const says = (who: 'author' | 'owner' | 'blocked', where: (at: Cell) => string) => async (at: Cell) => {
  const text = `said ${at.unique}`;
  await sendText(who === 'author' ? at.world.author.client : at.world.people[who].client, where(at), text, text);
  return [text];
};
const inGroup = (at: Cell): string => at.group.id;
const inDirect = (at: Cell): string => at.direct;

const acknowledges = (where: (at: Cell) => string) => async (at: Cell) => {
  const { people } = at.world;
  const conversation = where(at);
  const text = `read ${at.unique}`;
  const { seq } = await sendText(people.owner.client, conversation, text, text);
  await acknowledgeUpTo(people.member.client, conversation, { deliveredUpTo: seq });
  return ['"ReceiptAdvanced"', conversation, people.member.accountId];
};

/** To its own devices: what one says to somebody else. */
const fence = async ({ me, unique, world }: Cell): Promise<string> => {
  const text = `last ${unique}`;
  await sendText(me.client, await startConversation(me.client, world.outsider.accountId), text, text);
  return text;
};

const updates = (on: string, happen: Heard['happen']): Heard => ({
  field: 'updates',
  on,
  args: () => ({}),
  happen,
  fence,
});

const types = (where: (at: Cell) => string) => async (at: Cell) => {
  const { author, people } = at.world;
  const { client, accountId } = where(at) === at.group.id ? author : people.owner;
  for (const kind of ['NONE', 'TYPING'])
    await client.run(
      'mutation ($id: ID!, $kind: TypingKind!) { setTyping(conversationId: $id, kind: $kind) { __typename } }',
      {
        id: where(at),
        kind,
      },
    );
  return [accountId, 'TYPING'];
};

export const SUBSCRIPTIONS: readonly Heard[] = [
  updates('a message in the group', says('author', inGroup)),
  updates('a message of the owner in the direct', says('owner', inDirect)),
  updates(
    'what the blocked one says to the owner',
    says('blocked', (at) => at.world.blockedDirect),
  ),
  updates("the member's receipt in the group", acknowledges(inGroup)),
  updates(
    "the member's receipt in the direct",
    acknowledges((at) => at.world.direct),
  ),
  updates("the owner's profile", async ({ world, unique }) => {
    const about = `About ${unique}`;
    await world.people.owner.client.run(
      'mutation ($about: String!) { updateProfile(input: { about: $about }) { __typename } }',
      { about },
    );
    return ['"ProfileUpdatedUpdate"', world.people.owner.accountId];
  }),
  {
    field: 'conversationUpdates',
    on: 'a message in the group',
    args: (at) => ({ conversationId: at.group.id }),
    happen: says('author', inGroup),
  },
  {
    field: 'conversationUpdates',
    on: 'a message of the owner in the direct',
    args: (at) => ({ conversationId: at.direct }),
    happen: says('owner', inDirect),
  },
  {
    field: 'presence',
    on: "the owner's",
    args: ({ world }) => ({ accounts: [world.people.owner.accountId] }),
    happen: ({ world }) => Promise.resolve([world.people.owner.accountId, '"online":true']),
  },
  { field: 'typing', on: 'group', args: (at) => ({ conversationId: at.group.id }), happen: types(inGroup) },
  { field: 'typing', on: 'direct', args: (at) => ({ conversationId: at.direct }), happen: types(inDirect) },
];

/** All of it in one document would be too complex. */
const UPDATE = `{ update { __typename ... on MessageAdded { message { content { ... on TextContent { text } } } }
  ... on ReceiptAdvanced { conversationId accountId } ... on ProfileUpdatedUpdate { accountId } } }`;

const MOST_MS = 3_000;

/** `told`, `silent`, or the code of the refusal. */
export async function toldBy(heard: Heard, field: GraphQLField<unknown, unknown>, at: Cell): Promise<string> {
  const given = heard.args(at);
  const document = documentOf(
    'subscription',
    field,
    Object.keys(given),
    String(field.type) === 'UpdateEnvelope!' ? UPDATE : everything(field.type, 3),
  );
  const seen: string[] = [];
  let ended: string | undefined;
  let wake = (): void => undefined;
  const until = async (holds: () => boolean, ms = 30_000): Promise<boolean> => {
    const limit = performance.now() + ms;
    while (!holds() && ended === undefined && performance.now() < limit)
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 50);
      });
    return holds();
  };
  const stop = at.me.client.subscribe(
    document,
    given,
    (data) => {
      seen.push(JSON.stringify(data));
      wake();
    },
    (error) => {
      ended ??= error instanceof WireError ? error.code : 'ended';
      wake();
    },
  );
  const says = (texts: readonly string[]) => () => seen.some((one) => texts.every((text) => one.includes(text)));
  if (heard.field === 'updates') await until(() => seen.length > 0);
  let told = false;
  if (heard.fence === undefined) {
    const limit = performance.now() + MOST_MS;
    let round = 0;
    do told = await until(says(await heard.happen({ ...at, unique: `${at.unique}-${round++}` })), 200);
    while (!told && ended === undefined && performance.now() < limit);
  } else if (ended === undefined) {
    const texts = await heard.happen(at);
    const last = await heard.fence(at);
    await until(says([last]));
    told = says(texts)();
  }
  stop();
  return ended ?? (told ? 'told' : 'silent');
}
