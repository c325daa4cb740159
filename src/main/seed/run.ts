import { appendFileSync, writeFileSync } from 'node:fs';
import { commit, loadAccount } from '../../domain/accounts/accountStream.js';
import { decideLinkDevice } from '../../domain/accounts/decide.js';
import { parsePhone, registerMany, seedPhone, type SeedDeps } from '../../domain/accounts/index.js';
import type { ConversationStates } from '../../domain/conversations/index.js';
import { directConversationId } from '../../domain/conversations/index.js';
import { decideStart } from '../../domain/conversations/decide.js';
import type { MessageHandlers } from '../../domain/messages/index.js';
import type { ReceiptHandlers } from '../../domain/receipts/index.js';
import type { Tokens } from '../../domain/sessions/index.js';
import { appendSettled } from '../../domain/shared/append.js';
import { eachOf } from '../../domain/shared/each.js';
import { conversationStream } from '../../domain/shared/streams.js';
import { pairs, shares } from './plan.js';
import { messageOf, nameOf } from './texts.js';

/** What the seed needs of the composed application: the handlers that clients' requests reach, less the limits. */
export interface SeedApp extends SeedDeps {
  readonly states: ConversationStates;
  readonly messages: Pick<MessageHandlers, 'send'>;
  readonly receipts: ReceiptHandlers;
  issueTokens(subject: { readonly accountId: string; readonly deviceId: string }): Promise<Tokens>;
  /** The public form of an id. */
  publicId(kind: 'account' | 'device', id: string): string;
}

export interface SeedRequest {
  readonly accounts: number;
  readonly conversations: number;
  readonly messages: number;
  readonly devicesPerAccount: number;
  readonly tokensFile: string | undefined;
  readonly progress: (what: string, done: number, total: number) => void;
}

export interface SeedResult {
  readonly accounts: number;
  readonly devices: number;
  readonly conversations: number;
  readonly messages: number;
  readonly newMessages: number;
  readonly seconds: number;
}

interface Seeded {
  readonly accountId: string;
  readonly phone: string;
  readonly devices: readonly string[];
}

/** Fills the data through the same events, keys and rules as clients do. Running it twice changes nothing. */
export async function seed(app: SeedApp, request: SeedRequest): Promise<SeedResult> {
  const started = performance.now();
  const accounts = await seedAccounts(app, request);
  if (request.tokensFile !== undefined) await writeTokens(app, request, accounts, request.tokensFile);
  const counts = shares(request.messages, Math.max(1, request.conversations)).slice(0, request.conversations);
  const conversations = await seedConversations(app, request, accounts);
  let sent = 0;
  let fresh = 0;
  const total = request.conversations === 0 ? 0 : request.messages;
  await eachOf(conversations.keys(), 64, async (index) => {
    const added = await seedMessages(app, conversations[index]!, counts[index] ?? 0, (done) => {
      sent += done;
      request.progress('messages', sent, total);
    });
    fresh += added;
  });
  return {
    accounts: accounts.length,
    devices: accounts.reduce((sum, account) => sum + account.devices.length, 0),
    conversations: conversations.length,
    messages: sent,
    newMessages: fresh,
    seconds: Math.round((performance.now() - started) / 10) / 100,
  };
}

async function seedAccounts(app: SeedApp, request: SeedRequest): Promise<Seeded[]> {
  const wanted = Array.from({ length: request.accounts }, (_, n) => ({ phone: seedPhone(n), name: nameOf(n) }));
  const registered = await registerMany(app, wanted, {
    concurrency: 512,
    onProgress: (done) => request.progress('accounts', done, request.accounts),
  });
  const accounts = registered.map(({ accountId, deviceId }, n) => ({
    accountId,
    phone: seedPhone(n),
    devices: [deviceId],
  }));
  if (request.devicesPerAccount > 1)
    await eachOf(accounts.keys(), 64, async (index) => {
      const account = accounts[index]!;
      const { state } = await loadAccount(app.eventStore, account.accountId);
      if (state.kind === 'registered')
        for (const [id, status] of state.devices)
          if (status === 'active' && !account.devices.includes(id)) account.devices.push(id);
      while (account.devices.length < request.devicesPerAccount) account.devices.push(await linkDevice(app, account));
    });
  return accounts;
}

/** One more device, by the rule that a sign-in on it would meet. */
async function linkDevice(app: SeedApp, { accountId, phone, devices }: Seeded): Promise<string> {
  const parsed = parsePhone(phone);
  if (!parsed.ok) throw new Error(`not a usable number: ${parsed.reason}`);
  const id = app.ids.next();
  const command = {
    phone: parsed.e164,
    phoneHmac: app.keys.hmac('phone', parsed.e164),
    country: parsed.country,
    device: { id, name: `Laptop ${devices.length}`, platform: 'seed' },
  };
  const linked = await commit(app, accountId, { actor: { account: accountId, device: id } }, (state) =>
    decideLinkDevice(state, command),
  );
  if ('rejected' in linked) throw new Error(`a device could not be seeded: ${linked.rejected.kind}`);
  return id;
}

async function writeTokens(
  app: SeedApp,
  request: SeedRequest,
  accounts: readonly Seeded[],
  file: string,
): Promise<void> {
  writeFileSync(file, '', { mode: 0o600 });
  const devices = accounts.flatMap((account, n) =>
    account.devices.map((deviceId) => ({ ...account, deviceId, user: `u${n}` })),
  );
  const lines = new Array<string>(devices.length);
  let done = 0;
  await eachOf(devices.keys(), 64, async (index) => {
    const { accountId, deviceId, phone, user } = devices[index]!;
    const { accessToken, refreshToken } = await app.issueTokens({ accountId, deviceId });
    lines[index] = JSON.stringify({
      user,
      account: app.publicId('account', accountId),
      device: app.publicId('device', deviceId),
      phone,
      accessToken,
      refreshToken,
    });
    request.progress('tokens', ++done, devices.length);
  });
  appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
}

interface Talk {
  readonly id: string;
  readonly first: Seeded;
  readonly second: Seeded;
}

async function seedConversations(app: SeedApp, request: SeedRequest, accounts: readonly Seeded[]): Promise<Talk[]> {
  const talks: Talk[] = [];
  for (const [one, other] of pairs(accounts.length)) {
    if (talks.length >= request.conversations) break;
    const first = accounts[one]!;
    const second = accounts[other]!;
    talks.push({ id: directConversationId(first.accountId, second.accountId), first, second });
  }
  let done = 0;
  await eachOf(talks.keys(), 256, async (index) => {
    const { id, first, second } = talks[index]!;
    const decision = decideStart(
      { kind: 'absent' },
      { initiator: first.accountId, other: second.accountId, otherExists: true, withheld: false },
    );
    if ('rejected' in decision) throw new Error(`a conversation could not be seeded: ${decision.rejected}`);
    const metadata = { occurredAt: app.clock.now(), actor: { account: first.accountId, device: first.devices[0]! } };
    const events = decision.events.map((event) => ({ id: app.ids.next(), ...event, metadata }));
    // A conflict is the conversation of an earlier run.
    const outcome = await appendSettled(app.eventStore, {
      stream: conversationStream(id),
      expected: 'no_stream',
      events,
    });
    if (outcome.kind === 'appended') app.states.appended(id, 0, events, outcome.position);
    request.progress('conversations', ++done, talks.length);
  });
  return talks;
}

/** As many at once as one append of a conversation takes. */
const together = 200;
const minute = 60_000;

/** Months of talk up to now; both have everything, and the one who wrote less has not read the newest. */
async function seedMessages(app: SeedApp, talk: Talk, count: number, onDone: (done: number) => void): Promise<number> {
  if (count === 0) return 0;
  const now = app.clock.now();
  let fresh = 0;
  let head = 0;
  for (let start = 0; start < count; start += together) {
    const size = Math.min(together, count - start);
    const outcomes = await Promise.all(
      Array.from({ length: size }, (_, offset) =>
        sendOne(app, talk, start + offset, now - (count - start - offset) * 2 * minute),
      ),
    );
    for (const outcome of outcomes) {
      head = Math.max(head, outcome.seq);
      if (!outcome.repeated) fresh++;
    }
    onDone(size);
  }
  for (const [account, unread] of [
    [talk.first, 0],
    [talk.second, Math.min(3, count - 1)],
  ] as const) {
    const actor = { account: account.accountId, device: account.devices[0]! };
    await app.receipts.acknowledge({ actor, conversationId: talk.id, delivered: head, read: head - unread });
  }
  return fresh;
}

async function sendOne(
  app: SeedApp,
  talk: Talk,
  n: number,
  claimedAt: number,
): Promise<{ readonly seq: number; readonly repeated: boolean }> {
  const { text, byFirst } = messageOf(talk.id, n);
  const author = byFirst ? talk.first : talk.second;
  const actor = { account: author.accountId, device: author.devices[0]! };
  const request = {
    actor,
    conversationId: talk.id,
    clientId: `seed-${n}`,
    content: { kind: 'text' as const, text },
    claimedAt,
  };
  for (;;) {
    const outcome = await app.messages.send(request);
    if (outcome.outcome === 'sent') return outcome;
    if (outcome.outcome !== 'busy') throw new Error(`a message could not be seeded: ${outcome.outcome}`);
    await new Promise((resolve) => setTimeout(resolve, outcome.retryAfterMs));
  }
}
