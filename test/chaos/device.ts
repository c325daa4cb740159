import type { SeededDevice } from '../../bench/kit/accounts.js';
import { connect, WireError, type WireClient } from '../kit/client.js';
import { acknowledgeUpTo, currentCursor, subscribeUpdates, type Envelope } from '../kit/documents.js';
import type { Journal } from './journal.js';

/** A device as a real one is: it keeps its cursor, reconnects for ever, and acknowledges what it received. */
export interface Device {
  readonly id: string;
  readonly account: string;
  /** The live connection, undefined while there is none. */
  readonly client: WireClient | undefined;
  /** Messages. */
  readonly received: number;
  /** Everything that happened in conversations, messages too. */
  readonly told: number;
  readonly firstCursor: string;
  /** Watermarks that the server has not confirmed yet. */
  readonly unconfirmed: number;
  /** Drops the connection as a dead network would. */
  drop(): void;
  stop(): void;
}

export interface DeviceOptions {
  readonly url: () => string;
  readonly seeded: SeededDevice;
  readonly journal: Journal;
  readonly textOf: (clientId: string) => string;
  /** Whether a message received now is read at once. */
  readonly reads: (seq: number) => boolean;
  readonly onFatal: (error: Error) => void;
  /** Other than that of updatesDocument. */
  readonly document?: string;
  /** How long it waits for a connection: 10 s. */
  readonly patienceMs?: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves once it is connected and has its first cursor. */
export async function startDevice(options: DeviceOptions): Promise<Device> {
  const { seeded, journal } = options;
  const watermarks = new Map<string, Watermark>();
  let client: WireClient | undefined;
  let cursor = '';
  let firstCursor = '';
  let received = 0;
  let told = 0;
  let stopped = false;

  const onEnvelope = ({ cursor: at, update }: Envelope): void => {
    record(options, 0, { cursor: at, update });
    cursor = at;
    if ('seq' in update) told++;
    if (update.__typename !== 'MessageAdded') return;
    received++;
    told++;
    const { conversationId, message } = update;
    if (message.authorId === seeded.account) return;
    const mark = watermarks.get(conversationId) ?? {
      wanted: { delivered: 0, read: 0 },
      done: { delivered: 0, read: 0 },
      busy: false,
    };
    watermarks.set(conversationId, mark);
    mark.wanted.delivered = Math.max(mark.wanted.delivered, message.seq);
    if (options.reads(message.seq)) mark.wanted.read = Math.max(mark.wanted.read, message.seq);
    setImmediate(pump, conversationId, mark);
  };

  /** One acknowledgement a conversation in flight; what comes meanwhile goes with the next. */
  const pump = (conversation: string, mark: Watermark): void => {
    const { wanted, done } = mark;
    const via = client;
    if (mark.busy || via === undefined || (wanted.delivered <= done.delivered && wanted.read <= done.read)) return;
    const { delivered, read } = wanted;
    mark.busy = true;
    acknowledgeUpTo(via, conversation, { deliveredUpTo: delivered, ...(read > 0 ? { readUpTo: read } : {}) }).then(
      () => {
        mark.busy = false;
        mark.done = { delivered, read };
        journal.append({ k: 'acknowledged', device: seeded.device, conversation, delivered, read });
        pump(conversation, mark);
      },
      (error: unknown) => {
        mark.busy = false;
        // Removed meanwhile: there is nothing to confirm any more.
        if (error instanceof WireError && error.code === 'NOT_A_MEMBER') mark.done = { ...mark.wanted };
        else setTimeout(pump, 50, conversation, mark);
      },
    );
  };

  const live = async (): Promise<void> => {
    const fresh = await connect(options.url(), { token: seeded.accessToken, timeoutMs: options.patienceMs ?? 10_000 });
    if (cursor === '') cursor = firstCursor = await currentCursor(fresh);
    const ended = new Promise<void>((resolve) => {
      fresh.onClose = (): void => {
        if (client === fresh) client = undefined;
        resolve();
      };
    });
    subscribeUpdates(
      fresh,
      cursor,
      onEnvelope,
      (error) => {
        if (error !== undefined && !isPassing(error))
          options.onFatal(new Error(`${seeded.user} cannot resume: ${error.code} ${error.message}`));
        fresh.terminate();
      },
      options.document,
    );
    client = fresh;
    journal.append({ k: 'resumed', device: seeded.device });
    for (const [conversation, mark] of watermarks) pump(conversation, mark);
    started();
    await ended;
  };
  let started: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (started = resolve));
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await live().catch(() => undefined);
      await pause(50);
    }
  };
  void loop();
  await ready;
  return {
    id: seeded.device,
    account: seeded.account,
    firstCursor,
    get client() {
      return client;
    },
    get received() {
      return received;
    },
    get told() {
      return told;
    },
    get unconfirmed() {
      return [...watermarks.values()].filter(
        ({ wanted, done }) => wanted.delivered > done.delivered || wanted.read > done.read,
      ).length;
    },
    drop: () => client?.terminate(),
    stop: () => {
      stopped = true;
      client?.terminate();
    },
  };
}

/** What a client tries again after; anything else means that it cannot go on from its cursor. */
const isPassing = ({ code }: WireError): boolean => ['CLOSED', 'UNAVAILABLE'].includes(code);

interface Watermark {
  readonly wanted: { delivered: number; read: number };
  done: { readonly delivered: number; readonly read: number };
  busy: boolean;
}

function record(options: DeviceOptions, life: 0 | 1, { update }: Envelope): void {
  const device = options.seeded.device;
  if (update.__typename === 'MessageAdded') {
    const { conversationId, message } = update;
    const text = message.content.text ?? null;
    const intact = text === options.textOf(message.clientId);
    const { seq, id, clientId } = message;
    options.journal.append({
      k: 'received',
      device,
      life,
      conversation: conversationId,
      seq,
      message: id,
      id: clientId,
      text,
      intact,
    });
  } else if (update.__typename === 'ReceiptAdvanced') {
    const { conversationId: conversation, deviceId: of, deliveredUpTo: delivered, readUpTo: read } = update;
    options.journal.append({ k: 'receipt', device, life, conversation, of, delivered, read });
  } else if ('seq' in update) {
    const { __typename: what, conversationId: conversation, seq } = update;
    options.journal.append({
      k: 'told',
      device,
      life,
      conversation,
      seq,
      what,
      ...('targetSeq' in update && { target: update.targetSeq }),
      ...('text' in update && { text: update.text }),
    });
  }
}

/** The whole life of a device once more, from its first cursor, over a connection of its own, until `count` things were told. */
export async function replay(options: DeviceOptions, firstCursor: string, count: number): Promise<void> {
  const client = await connect(options.url(), { token: options.seeded.accessToken });
  let received = 0;
  // Receipts may come after the last message, and before everything is told.
  let live = false;
  const isLive = (): boolean => live;
  let progress = performance.now();
  subscribeUpdates(
    client,
    firstCursor,
    (envelope) => {
      progress = performance.now();
      record(options, 1, envelope);
      if (envelope.update.__typename === 'MessageAdded' || 'seq' in envelope.update) received++;
      if (envelope.update.__typename === 'CursorAdvanced') live = true;
    },
    (error) => {
      if (error !== undefined && !isPassing(error))
        options.onFatal(new Error(`replay refused: ${error.code} ${error.message}`));
    },
    options.document,
  );
  while ((received < count || !isLive()) && performance.now() - progress < 20_000) await pause(20);
  await pause(200); // one too many would come now
  client.close();
}
