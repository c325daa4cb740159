import { sendText, startConversation } from '../../kit/documents.js';
import { actors, type Actor, type TestApp } from '../../kit/testApp.js';

const about = 'conversationId seq targetSeq accountId at';
const content = `content { __typename ... on TextContent { text } ... on ErasedContent { erased } ... on SealedContent { algorithm payload }
  ... on ContactContent { name phones accountId } ... on LocationContent { latitude longitude accuracyMetres placeName address liveUntil }
  ... on PollContent { question options multiple votesVisible closesAt } ... on ViewOnceContent { sealed } }`;
const FOLLOW = `subscription ($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on MessageAdded { conversationId message { id seq clientId authorId at replyTo forwardHops mentions mentionsEveryone viewOnce expiresAt ${content} } }
  ... on MessageEdited { ${about} text mentions mentionsEveryone } ... on MessageDeleted { ${about} } ... on ReactionChanged { ${about} emoji }
  ... on PinChanged { ${about} pinned } ... on PollChanged { conversationId seq targetSeq at voter: byAccountId options closed }
  ... on LocationChanged { ${about} place { latitude longitude } ended } ... on ViewOnceOpened { ${about} }
  ... on LinkPreviewAdded { conversationId seq targetSeq at linkPreview { url title description siteName } } } } }`;

/** What a device is told, as it is on the wire. */
export interface Told {
  readonly __typename: string;
  readonly conversationId?: string;
  readonly seq?: number;
  readonly targetSeq?: number;
  readonly [field: string]: unknown;
}

export interface Feed {
  readonly told: Told[];
  readonly cursor: string | undefined;
  /** Resolves with the first update, past or coming, of this type that has these fields. */
  sees(type: string, fields?: Readonly<Record<string, unknown>>): Promise<Told>;
  /** Of a type, in order, without what depends on the clock. */
  of(...types: string[]): readonly Told[];
}

/** Subscribes to everything after the cursor; resolves once live. */
export function follow(actor: Actor, after?: string): Promise<Feed> {
  const told: Told[] = [];
  const watchers = new Set<() => void>();
  let cursor: string | undefined;
  const feed: Feed = {
    told,
    get cursor() {
      return cursor;
    },
    of: (...types) => told.filter(({ __typename }) => types.includes(__typename)),
    sees: (type, fields = {}) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = told.find(
            (update) =>
              update.__typename === type && Object.entries(fields).every(([name, value]) => update[name] === value),
          );
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
  };
  return new Promise((resolve, reject) => {
    actor.client.subscribe<{ updates: { readonly cursor: string; readonly update: Told } }>(
      FOLLOW,
      after === undefined ? {} : { after },
      ({ updates }) => {
        ({ cursor } = updates);
        told.push(updates.update);
        for (const watcher of watchers) watcher();
        if (updates.update.__typename === 'CursorAdvanced') resolve(feed);
      },
      (error) => {
        if (error !== undefined) reject(error);
      },
    );
  });
}

export interface Answer {
  readonly __typename: string;
  readonly messageId: string;
  readonly seq: number;
  readonly readToken: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

const ANSWER = `{ __typename ... on MessageChanged { messageId seq readToken } ... on Problem { code message } ... on TooLate { until }
  ... on InvalidText { field reason } ... on RateLimited { retryAfterMs } }`;

/** A mutation about a message, its arguments as they stand in the document. */
export async function does(actor: Actor, mutation: string, args: string, answer = ANSWER): Promise<Answer> {
  const all = await actor.client.run<Record<string, Answer>>(`mutation { ${mutation}(${args}) ${answer} }`);
  return all[mutation]!;
}

let sent = 0;

export const edit = (actor: Actor, messageId: string, text: string, more = ''): Promise<Answer> =>
  does(
    actor,
    'editMessage',
    `input: { messageId: "${messageId}", text: ${JSON.stringify(text)} ${more} }`,
    ANSWER.replace(' }', ' } ... on MentionsOthers { accountIds } ... on TooMany { limit }'),
  );
export const remove = (actor: Actor, messageId: string): Promise<Answer> =>
  does(actor, 'deleteMessage', `messageId: "${messageId}"`, ANSWER.replace('... on InvalidText { field reason }', ''));
export const react = (actor: Actor, messageId: string, emoji: string | null): Promise<Answer> =>
  does(
    actor,
    'reactToMessage',
    `messageId: "${messageId}", emoji: ${JSON.stringify(emoji)}`,
    ANSWER.replace('... on TooLate { until }', ''),
  );

/** `input` as it stands in the document, without the conversation. */
export async function sends(actor: Actor, conversation: string, input: string): Promise<Answer> {
  const { sendMessage } = await actor.client.run<{ sendMessage: Answer }>(
    `mutation { sendMessage(input: { conversationId: "${conversation}" ${input.includes('clientId') ? '' : `clientId: "s${(sent += 1)}"`} ${input} }) { __typename
      ... on MessageSent { messageId seq at readToken } ... on Problem { code message } ... on InvalidText { field reason } ... on InvalidContent { field reason }
      ... on MentionsOthers { accountIds } ... on TooMany { limit } } }`,
  );
  return sendMessage;
}

/** A message as its reader sees it. */
export async function reads(actor: Actor, messageId: string, atLeast: string): Promise<Seen> {
  const { message } = await actor.client.run<{ message: Seen }>(
    `query ($id: ID!, $atLeast: ReadToken) { message(id: $id, atLeast: $atLeast) { id seq authorId editedAt deletedAt deletedBy viewOnce forwardHops mentions mentionsEveryone expiresAt pinned
      ${content} quote { messageId seq authorId excerpt } linkPreview { url title description siteName } poll { counts voters mine votes { accountId options } closedAt } } }`,
    { id: messageId, atLeast },
  );
  return message;
}

export interface Seen {
  readonly content: { readonly __typename: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface Pair {
  readonly alice: Actor;
  readonly bob: Actor;
  readonly conversation: string;
  /** A text of Alice's. */
  says(text: string): Promise<{ readonly messageId: string; readonly seq: number; readonly readToken: string }>;
}

/** Two people with a conversation. */
export async function pairOn(server: TestApp): Promise<Pair> {
  const [alice, bob] = (await actors(server, 2)) as [Actor, Actor];
  const conversation = await startConversation(alice.client, bob.accountId);
  return { alice, bob, conversation, says: (text) => sendText(alice.client, conversation, `c${(sent += 1)}`, text) };
}
