// Driver of peerbench for this server: node bench.mjs s1 --driver <path of this file> --url http://127.0.0.1:4000 --tokens FILE …
// FILE is what `npm run seed -- --tokens FILE` writes. Everything goes over the public API, as an application would do it.
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';

const SEND = `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { __typename
  ... on MessageSent { messageId seq } ... on Busy { retryAfterMs } ... on RateLimited { retryAfterMs } ... on Problem { code message } } }`;
const ACKNOWLEDGE = `mutation Ack($input: AcknowledgeInput!) { acknowledge(input: $input) { __typename ... on Problem { code } } }`;
const START = `mutation Start($with: ID!) { startConversation(with: $with) { __typename
  ... on ConversationStarted { conversation { id } } ... on Problem { code message } } }`;
const CREATE_GROUP = `mutation CreateGroup($input: CreateGroupInput!) { createGroup(input: $input) { __typename
  ... on GroupCreated { conversation { id } } ... on Problem { code message } } }`;
const SNAPSHOT = 'query Snapshot { snapshot(conversations: 1) { cursor } }';
const UPDATES = `subscription Updates($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on MessageAdded { conversationId message { id seq clientId authorId content { __typename ... on TextContent { text } } } }
  ... on ReceiptAdvanced { conversationId accountId deliveredUpTo } } } }`;
const PAGE = `query Page($id: ID!, $last: Int, $before: String, $first: Int, $after: String) { conversation(id: $id) { messages(last: $last, before: $before, first: $first, after: $after) {
  edges { node { id seq clientId content { __typename ... on TextContent { text } } } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`;

class Client {
  onMessage = null;
  onReceipt = null;
  onClose = null;
  closed = false;
  operations = new Map();
  lastId = 0;
  groups = new Map(); // conversation -> the group
  conversations = new Map(); // user -> promise of the conversation's id
  sentBySeq = new Map(); // conversation -> [[seq, clientId]] without a receipt yet
  delivered = new Map(); // conversation -> what the peer has
  acknowledging = new Map(); // conversation -> highest sequence to acknowledge in this turn of the loop

  constructor(ws, account, accounts) {
    this.ws = ws;
    this.account = account;
    this.accounts = accounts;
  }
  request(query, variables, listen) {
    return new Promise((resolve, reject) => {
      const id = String(++this.lastId);
      this.operations.set(id, { resolve, reject, listen });
      this.ws.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
    });
  }
  frame(frame) {
    if (frame.type === 'ping') return this.ws.send('{"type":"pong"}');
    const operation = this.operations.get(frame.id);
    if (operation === undefined) return undefined;
    if (frame.type === 'next') {
      if (frame.payload.errors) return operation.reject(new Error(JSON.stringify(frame.payload.errors)));
      return operation.listen ? operation.listen(frame.payload.data) : operation.resolve(frame.payload.data);
    }
    this.operations.delete(frame.id);
    if (frame.type === 'error') operation.reject(new Error(JSON.stringify(frame.payload)));
    return undefined;
  }
  event({ update }) {
    if (update.__typename === 'MessageAdded') {
      const { message, conversationId } = update;
      const group = this.groups.get(conversationId);
      // One's own, synchronised to every device; in a room everybody counts its sender too.
      if (message.authorId === this.account && group === undefined) return;
      this.onMessage?.({
        id: message.clientId,
        body: message.content.text,
        from: message.authorId,
        group,
        conversationId,
        seq: message.seq,
      });
    } else if (
      update.__typename === 'ReceiptAdvanced' &&
      update.accountId !== this.account &&
      update.deliveredUpTo !== null
    ) {
      this.delivered.set(
        update.conversationId,
        Math.max(update.deliveredUpTo, this.delivered.get(update.conversationId) ?? 0),
      );
      this.settle(update.conversationId);
    }
  }
  /** A watermark is the receipt of every message up to it. */
  settle(conversationId) {
    const upTo = this.delivered.get(conversationId) ?? 0;
    const waiting = this.sentBySeq.get(conversationId) ?? [];
    this.sentBySeq.set(
      conversationId,
      waiting.filter(([seq, id]) => {
        if (seq > upTo) return true;
        this.onReceipt?.({ id });
        return false;
      }),
    );
  }
  conversationWith(user) {
    let id = this.conversations.get(user);
    if (id === undefined) {
      id = this.request(START, { with: this.accounts.get(user).account }).then(({ startConversation: outcome }) => {
        if (outcome.__typename !== 'ConversationStarted') throw new Error(JSON.stringify(outcome));
        return outcome.conversation.id;
      });
      id.then((value) => this.conversations.set(user, value));
      this.conversations.set(user, id);
    }
    return id;
  }
  send(to, body, clientId, { receipt } = {}) {
    if (typeof to === 'object') return this.sendTo(to.id, body, clientId, receipt);
    const conversation = this.conversationWith(to);
    return typeof conversation === 'string'
      ? this.sendTo(conversation, body, clientId, receipt)
      : conversation.then((id) => this.sendTo(id, body, clientId, receipt));
  }
  async sendTo(conversationId, text, clientId, receipt) {
    for (;;) {
      const { sendMessage: outcome } = await this.request(SEND, { input: { conversationId, clientId, text } });
      if (outcome.__typename === 'Busy' || outcome.__typename === 'RateLimited') {
        await new Promise((resolve) => setTimeout(resolve, outcome.retryAfterMs));
        continue;
      }
      if (outcome.__typename !== 'MessageSent') throw new Error(JSON.stringify(outcome));
      if (receipt) {
        let waiting = this.sentBySeq.get(conversationId);
        if (waiting === undefined) this.sentBySeq.set(conversationId, (waiting = []));
        waiting.push([outcome.seq, clientId]);
        if (outcome.seq <= (this.delivered.get(conversationId) ?? 0)) this.settle(conversationId);
      }
      return;
    }
  }
  /** Messages that came in one turn of the event loop are acknowledged by their highest sequence; nothing waits longer. */
  receipt({ conversationId, seq }) {
    const before = this.acknowledging.get(conversationId);
    this.acknowledging.set(conversationId, Math.max(seq, before ?? 0));
    if (before !== undefined) return;
    setImmediate(() => {
      const deliveredUpTo = this.acknowledging.get(conversationId);
      this.acknowledging.delete(conversationId);
      this.request(ACKNOWLEDGE, { input: { conversationId, deliveredUpTo } }).then(
        ({ acknowledge }) =>
          acknowledge.__typename !== 'Acknowledged' && console.error('receipt refused:', JSON.stringify(acknowledge)),
        () => {},
      );
    });
  }
  async history(user, { max = 50, before, after } = {}) {
    const page =
      before === undefined ? { first: max, ...(after ? { after } : {}) } : { last: max, ...(before ? { before } : {}) };
    const { conversation } = await this.request(PAGE, { id: await this.conversationWith(user), ...page });
    const { edges, pageInfo } = conversation.messages;
    return {
      items: edges.map(({ node }) => ({ id: node.clientId, body: node.content.text, archiveId: node.id })),
      first: pageInfo.startCursor,
      last: pageInfo.endCursor,
      complete: before === undefined ? !pageInfo.hasNextPage : !pageInfo.hasPreviousPage,
    };
  }
  close() {
    this.closed = true;
    this.ws.close();
  }
  kill() {
    this.closed = true;
    this.ws.terminate();
  }
}

export function createDriver({ url, tokens }) {
  const accounts = new Map(
    readFileSync(tokens, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .map((entry) => [entry.user, entry]),
  );
  const address = url.replace(/^http/, 'ws').replace(/\/(graphql)?$/, '') + '/graphql';
  return {
    name: 'parlance',
    ack: 'mutation result (event appended and synced to disk)',
    async connect(user, { localAddress, timeout = 30_000 } = {}) {
      const { account, accessToken } = accounts.get(user) ?? {};
      if (account === undefined) throw new Error(`${user} is not in ${tokens}`);
      const ws = new WebSocket(address, ['graphql-transport-ws'], {
        perMessageDeflate: false,
        localAddress,
        handshakeTimeout: timeout,
      });
      const client = new Client(ws, account, accounts);
      await new Promise((resolve, reject) => {
        ws.on('error', reject);
        ws.on('open', () => ws.send(JSON.stringify({ type: 'connection_init', payload: { token: accessToken } })));
        ws.on('close', (code, reason) => {
          reject(new Error(`closed ${code} ${reason}`));
          client.onClose?.(code);
        });
        ws.on('message', (raw) => {
          const frame = JSON.parse(raw);
          if (frame.type === 'connection_ack') resolve();
          else client.frame(frame);
        });
      });
      const { snapshot } = await client.request(SNAPSHOT);
      client
        .request(UPDATES, { after: snapshot.cursor }, (data) => client.event(data.updates))
        .catch((error) => {
          if (!client.closed) console.error('updates ended:', error.message);
        });
      return client;
    },
    async createGroup(name, owner, members) {
      const memberIds = members.filter((member) => member !== owner).map((member) => member.account);
      const { createGroup: outcome } = await owner.request(CREATE_GROUP, {
        input: { clientId: name, name, memberIds },
      });
      if (outcome.__typename !== 'GroupCreated') throw new Error(JSON.stringify(outcome));
      const group = { id: outcome.conversation.id };
      for (const member of members) member.groups.set(group.id, group);
      return group;
    },
  };
}
