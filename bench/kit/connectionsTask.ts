import { connect, type WireClient } from '../../test/kit/client.js';
import { sendText, startConversation, subscribeUpdates } from '../../test/kit/documents.js';
import { readDevices, spread } from './accounts.js';
import { gate } from './gate.js';

export interface ConnectionsTask {
  readonly kind: 'connections';
  readonly url: string;
  readonly tokens: string;
  /** Which lines of the file are this driver's; two neighbours have a conversation. */
  readonly from: number;
  readonly count: number;
  readonly width: number;
}

export interface ConnectionsResult {
  readonly open: number;
  readonly failed: number;
  readonly withUpdate: number;
  readonly closedEarly: number;
  readonly firstError: string | undefined;
  readonly connectSeconds: number;
}

/** One address has about 28,000 ports; several also spread the kernel's search for a free one. */
const addresses = 8;

/** Opens its subscriptions, reports, waits; then lets one of each two neighbours send, waits until both have it; reports. */
export async function runConnections(
  task: ConnectionsTask,
  notify: (event: unknown) => void,
): Promise<ConnectionsResult> {
  const devices = readDevices(task.tokens).slice(task.from, task.from + task.count);
  const clients: (WireClient | undefined)[] = new Array<WireClient | undefined>(devices.length).fill(undefined);
  const updated = new Uint8Array(devices.length);
  const state = { open: 0, failed: 0, closedEarly: 0, withUpdate: 0, firstError: undefined as string | undefined };
  const phase = gate();
  const fail = (error: unknown): void => {
    state.firstError ??= String(error);
  };
  const started = performance.now();
  await spread(devices.length, task.width, async (index) => {
    try {
      const localAddress = `127.0.0.${2 + (index % addresses)}`;
      const client = await connect(task.url, {
        token: devices[index]!.accessToken,
        localAddress,
        timeoutMs: 60_000,
        lean: true,
      });
      client.onClose = () => state.closedEarly++;
      subscribeUpdates(
        client,
        undefined,
        ({ update }) => {
          if (update.__typename !== 'MessageAdded' || updated[index] === 1) return;
          updated[index] = 1;
          state.withUpdate++;
        },
        fail,
      );
      clients[index] = client;
      state.open++;
    } catch (error) {
      state.failed++;
      fail(error);
    }
  });
  const connectSeconds = (performance.now() - started) / 1000;
  notify({ phase: 'open', open: state.open, connectSeconds });
  await phase();
  await spread(Math.floor(devices.length / 2), 64, async (pair) => {
    const client = clients[pair * 2];
    if (client === undefined) return;
    try {
      const conversation = await startConversation(client, devices[pair * 2 + 1]!.account);
      await sendText(client, conversation, `hello-${task.from + pair}`, 'One update for each of us.');
    } catch (error) {
      fail(error);
    }
  });
  const limit = performance.now() + 30_000;
  while (state.withUpdate < state.open && performance.now() < limit)
    await new Promise((resolve) => setTimeout(resolve, 50));
  notify({ phase: 'updated', withUpdate: state.withUpdate });
  await phase();
  const result = { ...state, connectSeconds };
  for (const client of clients) client?.terminate();
  return result;
}
