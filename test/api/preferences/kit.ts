import { expectOutcome } from '../../kit/documents.js';
import { connect, type WireClient } from '../../kit/client.js';
import type { Actor, TestApp } from '../../kit/testApp.js';

const chatFields = 'preferences { conversationId muted mutedUntil archived pinnedAt markedUnread clearedTo deletedTo }';

export interface Preferences {
  readonly conversationId: string;
  readonly muted: boolean;
  readonly mutedUntil: string | null;
  readonly archived: boolean;
  readonly pinnedAt: string | null;
  readonly markedUnread: boolean;
  readonly clearedTo: number | null;
  readonly deletedTo: number | null;
}

export interface Outcome {
  readonly __typename: string;
  readonly code?: string;
  readonly readToken: string;
  readonly preferences: Preferences;
}

/** One of the mutations of a chat, or of a message; the last argument is the rest of its arguments. */
export async function changes(client: WireClient, name: string, id: string, rest = ''): Promise<Outcome> {
  const argument = id.startsWith('msg_') ? 'messageId' : 'conversationId';
  const payload = id.startsWith('msg_')
    ? '... on MessageMarked { messageId readToken }'
    : `... on ChatPreferencesSaved { ${chatFields} readToken }`;
  const data = await client.run<Record<string, Outcome>>(
    `mutation { ${name}(${argument}: "${id}"${rest}) { __typename ${payload} ... on Problem { code message } } }`,
  );
  return data[name]!;
}

/** The same, which must succeed. @returns the preferences */
export async function changed(client: WireClient, name: string, id: string, rest = ''): Promise<Outcome> {
  return expectOutcome(
    (await changes(client, name, id, rest)) as never,
    id.startsWith('msg_') ? 'MessageMarked' : 'ChatPreferencesSaved',
  );
}

export async function saveDraft(
  client: WireClient,
  conversationId: string,
  text: string,
): Promise<Outcome & { draft: { text: string; savedAt: string } | null }> {
  const { saveDraft: outcome } = await client.run<{ saveDraft: never }>(
    `mutation ($c: ID!, $t: String!) { saveDraft(conversationId: $c, text: $t) { __typename
      ... on DraftSaved { conversationId draft { text savedAt } readToken } ... on InvalidText { field reason } ... on Problem { code } } }`,
    { c: conversationId, t: text },
  );
  return outcome;
}

const updates = `subscription ($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on MessageAdded { conversationId message { seq } }
  ... on ChatPreferencesChanged { ${chatFields} }
  ... on MessageStarred { conversationId seq } ... on MessageUnstarred { conversationId seq } ... on MessageHidden { conversationId seq }
  ... on ScheduledMessageChanged { scheduledMessageId status messageSeq }
  ... on DraftChanged { conversationId draft { text savedAt } } } } }`;

export interface OwnUpdate {
  readonly __typename: string;
  readonly seq?: number;
  readonly messageSeq?: number | null;
  readonly status?: string;
  readonly preferences?: Preferences;
  readonly draft?: { readonly text: string } | null;
  readonly message?: { readonly seq: number };
}

export interface Device {
  readonly client: WireClient;
  readonly updates: { readonly cursor: string; readonly update: OwnUpdate }[];
  /** Resolves once this many updates, cursors apart, have come. */
  has(count: number): Promise<readonly OwnUpdate[]>;
  readonly cursor: string | undefined;
  close(): void;
}

/** Another device of the account, subscribed and live; or a further connection of one with the same token. */
export async function device(server: TestApp, of: Actor, after?: string, token?: string): Promise<Device> {
  const client = await connect(server.url, { token: token ?? (await anotherDevice(server, of)) });
  const received: Device['updates'] = [];
  const watchers = new Set<() => void>();
  const news = (): OwnUpdate[] =>
    received.map(({ update }) => update).filter(({ __typename }) => __typename !== 'CursorAdvanced');
  await new Promise<void>((live, fail) => {
    client.subscribe<{ updates: Device['updates'][number] }>(
      updates,
      after === undefined ? {} : { after },
      ({ updates: envelope }) => {
        received.push(envelope);
        for (const watcher of [...watchers]) watcher();
        if (envelope.update.__typename === 'CursorAdvanced') live();
      },
      (error) => {
        if (error !== undefined) fail(error);
      },
    );
  });
  return {
    client,
    updates: received,
    has: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (news().length < count) return;
          watchers.delete(look);
          resolve(news());
        };
        watchers.add(look);
        look();
      }),
    get cursor() {
      return received.at(-1)?.cursor;
    },
    close: () => client.close(),
  };
}

async function anotherDevice({ app }: TestApp, of: Actor): Promise<string> {
  const accountId = plainId(of.accountId);
  const deviceId = plainId(of.deviceId);
  const { accessToken } = await app.handlers.accounts.issueTokens({ accountId, deviceId });
  return accessToken;
}

export function plainId(id: string): string {
  const hex = id.slice(4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
