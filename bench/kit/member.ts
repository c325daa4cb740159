import { connect, WireError, type WireClient } from '../../test/kit/client.js';
import { acknowledgeUpTo, currentCursor, sendText, subscribeUpdates } from '../../test/kit/documents.js';
import { sleep, type SeededDevice } from './accounts.js';

/** One connected member of a group: parses every frame, checks every sequence, acknowledges what it got as delivered and read. */
export interface Member {
  /** `Busy` and `RateLimited` are repeated with the same id, as a client would. Gives the message's sequence. */
  send(clientId: string, text: string): Promise<number>;
  /** Of the newest message. */
  readonly last: number;
  close(): void;
}

export interface MemberEvents {
  /** In order and for the first time, or it is a fault. */
  onMessage(clientId: string): void;
  /** Everybody has read everything up to here. */
  onEveryoneRead(upTo: number): void;
  onFault(what: string): void;
}

export async function openMember(
  url: string,
  device: SeededDevice,
  { conversation, localAddress }: { readonly conversation: string; readonly localAddress: string },
  events: MemberEvents,
): Promise<Member> {
  const client = await connect(url, { token: device.accessToken, localAddress, timeoutMs: 60_000, lean: true });
  let last = -1;
  const acknowledge = acknowledger(client, conversation, events.onFault);
  client.onClose = (code, reason) => events.onFault(`a member's socket was closed: ${code} ${reason}`);
  subscribeUpdates(
    client,
    await currentCursor(client),
    ({ update }) => {
      if (update.__typename === 'MessageAdded') {
        const { seq, clientId, authorId } = update.message;
        if (update.conversationId !== conversation) return;
        if (last >= 0 && seq !== last + 1)
          events.onFault(seq <= last ? `${seq} again, or late` : `${seq} after ${last}`);
        last = Math.max(last, seq);
        events.onMessage(clientId);
        if (authorId !== device.account) acknowledge(seq);
      } else if (update.__typename === 'GroupReceiptAdvanced' && update.conversationId === conversation) {
        events.onEveryoneRead(update.everyoneRead);
      }
    },
    (error) => events.onFault(`updates ended: ${error?.message ?? 'completed'}`),
  );
  return {
    send: (clientId, text) => sendPersistently(client, conversation, clientId, text),
    get last() {
      return last;
    },
    close: () => {
      client.onClose = undefined;
      client.terminate();
    },
  };
}

async function sendPersistently(
  client: WireClient,
  conversation: string,
  clientId: string,
  text: string,
): Promise<number> {
  for (;;) {
    try {
      return (await sendText(client, conversation, clientId, text)).seq;
    } catch (error) {
      if (!(error instanceof WireError) || !/busy|rate_?limited/i.test(error.code)) throw error;
      await sleep(/busy/i.test(error.code) ? 50 : 1000);
    }
  }
}

/** One acknowledgement is under way at a time: what comes meanwhile is acknowledged by the next, by its highest sequence. */
function acknowledger(
  client: WireClient,
  conversation: string,
  onFault: (what: string) => void,
): (upTo: number) => void {
  let highest = 0;
  let said = 0;
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    // Messages of one turn of the event loop share one.
    await new Promise((resolve) => setImmediate(resolve));
    while (said < highest) {
      const upTo = highest;
      await acknowledgeUpTo(client, conversation, { deliveredUpTo: upTo, readUpTo: upTo });
      said = upTo;
    }
    running = false;
  };
  return (upTo) => {
    highest = Math.max(highest, upTo);
    if (!running) run().catch((error: unknown) => onFault(`receipt refused: ${String(error)}`));
  };
}
