import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { followUpdates } from '../../../clients/typescript/updates.js';

/** A message as one side saw it. Times are milliseconds from the tap on "send", undefined while it has not happened. */
export interface Line {
  readonly clientId: string;
  readonly text: string;
  readonly seq: number;
  readonly at: string;
  readonly mine: boolean;
  sent?: number;
  delivered?: number;
  read?: number;
}

/** A person with one device, who talks to the public API only. */
export interface Person {
  readonly name: string;
  readonly accountId: string;
  readonly lines: readonly Line[];
  call<T>(query: string, variables?: object): Promise<T>;
  connect(): void;
  disconnect(): void;
  send(conversationId: string, text: string): Promise<Line>;
  acknowledge(conversationId: string, upTo: { deliveredUpTo?: number; readUpTo?: number }): Promise<void>;
  /** Resolves when it holds; checked at every update. Fails after 15 s. */
  until(what: string, holds: () => boolean): Promise<void>;
}

type Update =
  | {
      readonly __typename: 'MessageAdded';
      readonly conversationId: string;
      readonly message: {
        readonly seq: number;
        readonly clientId: string;
        readonly authorId: string;
        readonly at: string;
        readonly content: { readonly text?: string };
      };
    }
  | {
      readonly __typename: 'ReceiptAdvanced';
      readonly accountId: string;
      readonly deliveredUpTo: number | null;
      readonly readUpTo: number | null;
    }
  | { readonly __typename: 'ConversationAdded' };

const selection = `__typename
  ... on MessageAdded { conversationId message { seq clientId authorId at content { __typename ... on TextContent { text } } } }
  ... on ReceiptAdvanced { accountId deliveredUpTo readUpTo }`;
const problem = '... on Problem { code message }';
const sendMessage = `mutation Send($input: SendMessageInput!) { outcome: sendMessage(input: $input) { __typename ... on MessageSent { seq at } ${problem} } }`;
const acknowledge = `mutation Acknowledge($input: AcknowledgeInput!) { outcome: acknowledge(input: $input) { __typename ${problem} } }`;

export interface Outcome {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
}

/** One request by HTTP; a problem of the API is an exception here, since the demo expects none. */
export async function post<T>(
  url: string,
  token: string | undefined,
  query: string,
  variables: object = {},
): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: T; errors?: readonly { message: string }[] };
  if (errors !== undefined || data === undefined)
    throw new Error(errors?.map((error) => error.message).join('; ') ?? `HTTP ${response.status}`);
  return data;
}

export function expectOutcome<T extends Outcome>(outcome: T, typename: string): T {
  if (outcome.__typename !== typename)
    throw new Error(`${typename} expected, got ${outcome.code ?? outcome.__typename}: ${outcome.message ?? ''}`);
  return outcome;
}

/** Registers by phone with the code from the development outbox, and takes a first cursor. */
export async function register(url: string, name: string, phone: string): Promise<Person> {
  const otp = await post<{ outcome: Outcome }>(
    url,
    undefined,
    `mutation($phone: String!) { outcome: requestOtp(phone: $phone) { __typename ${problem} } }`,
    { phone },
  );
  expectOutcome(otp.outcome, 'OtpSent');
  const outbox = await post<{ devOutbox: readonly { code: string }[] }>(
    url,
    undefined,
    'query($phone: String!) { devOutbox(phone: $phone) { code } }',
    { phone },
  );
  const { outcome } = await post<{ outcome: Outcome & { account: { id: string }; tokens: { accessToken: string } } }>(
    url,
    undefined,
    `mutation($phone: String!, $code: String!, $name: String) { outcome: submitOtp(phone: $phone, code: $code, device: { name: "Demo", platform: "demo" }, name: $name) {
      __typename ... on SignedIn { account { id } tokens { accessToken } } ${problem} } }`,
    { phone, code: outbox.devOutbox[0]?.code ?? '', name },
  );
  const { account, tokens } = expectOutcome(outcome, 'SignedIn');
  const call = <T>(query: string, variables?: object): Promise<T> => post<T>(url, tokens.accessToken, query, variables);
  const { snapshot } = await call<{ snapshot: { cursor: string } }>('{ snapshot { cursor } }');
  return person(url, name, account.id, tokens.accessToken, snapshot.cursor, call);
}

function person(
  url: string,
  name: string,
  accountId: string,
  token: string,
  start: string,
  call: Person['call'],
): Person {
  const lines: Line[] = [];
  const taps = new Map<string, number>();
  const waiting = new Set<() => void>();
  let cursor = start;
  let live: ReturnType<typeof followUpdates<Update>> | undefined;
  const marks = { delivered: 0, read: 0 };
  /** A receipt may come before the answer to what it is a receipt of. */
  const tick = (): void => {
    for (const line of lines.filter((candidate) => candidate.mine)) {
      const since = performance.now() - (taps.get(line.clientId) ?? 0);
      if (line.seq <= marks.delivered) line.delivered ??= since;
      if (line.seq <= marks.read) line.read ??= since;
    }
  };
  const onUpdate = (update: Update): void => {
    if (update.__typename === 'MessageAdded') {
      const { clientId, seq, at, content, authorId } = update.message;
      const mine = authorId === accountId;
      if (!mine) lines.push({ clientId, seq, at, text: content.text ?? '', mine });
    } else if (update.__typename === 'ReceiptAdvanced' && update.accountId !== accountId) {
      marks.delivered = Math.max(marks.delivered, update.deliveredUpTo ?? 0);
      marks.read = Math.max(marks.read, update.readUpTo ?? 0);
      tick();
    }
    for (const check of waiting) check();
  };
  const client = (): Client => {
    if (live === undefined) throw new Error(`${name} is offline`);
    return live.client;
  };
  return {
    name,
    accountId,
    lines,
    call,
    connect: () => {
      live = followUpdates<Update>({
        url: `${url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        token: () => token,
        cursor: { read: () => cursor, write: (next) => (cursor = next) },
        selection,
        onUpdate,
        onExpired: () => process.stderr.write(`${name}: cursor expired\n`),
      });
    },
    disconnect: () => {
      live?.client.terminate();
      live?.stop();
      live = undefined;
    },
    send: async (conversationId, text) => {
      const clientId = `${name.toLowerCase()}-${lines.length}`;
      const tap = performance.now();
      taps.set(clientId, tap);
      const { outcome } = await request<{ outcome: Outcome & { seq: number; at: string } }>(client(), sendMessage, {
        input: { conversationId, clientId, text },
      });
      const { seq, at } = expectOutcome(outcome, 'MessageSent');
      const line: Line = { clientId, text, seq, at, mine: true, sent: performance.now() - tap };
      lines.push(line);
      tick();
      return line;
    },
    acknowledge: async (conversationId, upTo) => {
      const { outcome } = await request<{ outcome: Outcome }>(client(), acknowledge, {
        input: { conversationId, ...upTo },
      });
      expectOutcome(outcome, 'Acknowledged');
    },
    until: (what, holds) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!holds()) return;
          waiting.delete(check);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(() => reject(new Error(`${name} waited in vain: ${what}`)), 15_000);
        waiting.add(check);
        check();
      }),
  };
}

/** A query or mutation over the socket of the subscription. */
function request<T>(client: Client, query: string, variables: Record<string, unknown>): Promise<T> {
  return new Promise((resolve, reject) => {
    client.subscribe<T>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (data == null) reject(new Error(errors?.map((error) => error.message).join('; ') ?? 'no data'));
          else resolve(data);
        },
        error: reject,
        complete: () => undefined,
      },
    );
  });
}
