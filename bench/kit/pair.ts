import { connect, WireError, type WireClient } from '../../test/kit/client.js';
import {
  acknowledgeUpTo,
  currentCursor,
  sendText,
  startConversation,
  subscribeUpdates,
} from '../../test/kit/documents.js';
import { sleep, type SeededDevice } from './accounts.js';

/** One side of a one-to-one load: sends, acknowledges what it gets, and sees its messages acknowledged. */
export interface Side {
  readonly account: string;
  conversation: string;
  /** The server's durable answer. `Busy` and `RateLimited` are repeated with the same id, as a client would. */
  send(clientId: string, text: string): Promise<void>;
  onMessage: (clientId: string, at: number) => void;
  onDelivered: (clientId: string, at: number) => void;
  close(): void;
}

export interface SideOptions {
  readonly receipts: boolean;
}

export async function openSide(url: string, device: SeededDevice, options: SideOptions): Promise<Side> {
  const client = await connect(url, { token: device.accessToken });
  const side: Side = {
    account: device.account,
    conversation: '',
    send: (clientId, text) => sendPersistently(clientId, text),
    onMessage: () => undefined,
    onDelivered: () => undefined,
    close: () => client.close(),
  };
  const waiting = new Map<number, string>();
  let delivered = 0;
  let settled = 0;
  const settle = (): void => {
    const at = performance.now();
    for (; settled < delivered; settled++) {
      const clientId = waiting.get(settled + 1);
      if (clientId === undefined) continue;
      waiting.delete(settled + 1);
      side.onDelivered(clientId, at);
    }
  };
  const sendPersistently = async (clientId: string, text: string): Promise<void> => {
    for (;;) {
      try {
        const sent = await sendText(client, side.conversation, clientId, text);
        if (!options.receipts) return;
        if (sent.seq <= delivered) side.onDelivered(clientId, performance.now());
        else waiting.set(sent.seq, clientId);
        return;
      } catch (error) {
        if (!(error instanceof WireError) || !/busy|rate_?limited/i.test(error.code)) throw error;
        await sleep(/busy/i.test(error.code) ? 50 : 1000);
      }
    }
  };
  const acknowledge = coalesced((upTo) => acknowledgeUpTo(client, side.conversation, { deliveredUpTo: upTo }));
  const cursor = await currentCursor(client);
  subscribeUpdates(
    client,
    cursor,
    ({ update }) => {
      if (update.__typename === 'MessageAdded' && update.message.authorId !== side.account) {
        side.onMessage(update.message.clientId, performance.now());
        if (options.receipts) acknowledge(update.message.seq);
      } else if (update.__typename === 'ReceiptAdvanced' && update.accountId !== side.account) {
        delivered = Math.max(delivered, update.deliveredUpTo ?? 0);
        settle();
      }
    },
    (error) => {
      throw new Error(`updates ended: ${error?.message ?? 'completed'}`);
    },
  );
  return side;
}

/** What arrives in one turn of the event loop is acknowledged once, by the highest; nothing waits longer. */
function coalesced(acknowledge: (upTo: number) => Promise<void>): (upTo: number) => void {
  let highest = 0;
  let scheduled = false;
  return (upTo) => {
    highest = Math.max(highest, upTo);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      acknowledge(highest).catch((error: unknown) => {
        process.stderr.write(`receipt refused: ${String(error)}\n`);
      });
    });
  };
}

/** Starts the direct conversation of each two neighbours. */
export async function openPairs(
  url: string,
  devices: readonly SeededDevice[],
  options: SideOptions,
): Promise<[Side, Side][]> {
  const pairs: [Side, Side][] = [];
  for (let index = 0; index + 1 < devices.length; index += 2) {
    const [one, other] = await Promise.all([
      openSide(url, devices[index]!, options),
      openSide(url, devices[index + 1]!, options),
    ]);
    const starter: WireClient = await connect(url, { token: devices[index]!.accessToken });
    one.conversation = other.conversation = await startConversation(starter, devices[index + 1]!.account);
    starter.close();
    pairs.push([one, other]);
  }
  return pairs;
}
