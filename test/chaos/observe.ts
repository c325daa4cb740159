import type pg from 'pg';
import { connect } from '../kit/client.js';
import type { Observed } from './checker.js';
import { bare, readLog, readTimeline, readWatermarks } from './database.js';
import { replay, type Device } from './device.js';
import type { DeviceOptionsOf, Setup } from './kill9.js';
import type { Conversation } from './load.js';
import type { ShownConversation } from './watermarks.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Messages that each account's devices should have by now: those of all its conversations. */
function expectedOf(account: string, conversations: readonly Conversation[], messages: number): number {
  let count = 0;
  for (let n = 0; n < messages; n++)
    if (conversations[(n * 7) % conversations.length]!.members.includes(account)) count++;
  return count;
}

/** Waits until the devices have everything and their watermarks are confirmed, or nothing moves for 20 s. */
export async function settle(
  devices: readonly Device[],
  conversations: readonly Conversation[],
  setup: Setup,
): Promise<void> {
  const expected = new Map<string, number>();
  for (const { account } of devices)
    if (!expected.has(account)) expected.set(account, expectedOf(account, conversations, setup.options.messages));
  let before = '';
  let progress = performance.now();
  while (devices.some((device) => device.received < expected.get(device.account)! || device.unconfirmed > 0)) {
    const now = devices.map((device) => `${device.received} ${device.unconfirmed}`).join();
    if (now !== before) progress = performance.now();
    if (performance.now() - progress > 20_000) return;
    before = now;
    await pause(50);
  }
  await pause(1000); // the last receipts are appended and come back; a duplicate would come now
}

/** Both devices of every account replay their whole lives. */
export async function replayAll(devices: readonly Device[], setup: Setup, optionsOf: DeviceOptionsOf): Promise<void> {
  for (const [index, device] of devices.entries()) {
    const seeded = setup.seeded[index]!;
    await replay(optionsOf(setup, seeded, index), device.firstCursor, device.received);
  }
}

export async function observe(database: pg.Client, setup: Setup): Promise<Observed> {
  const log = await readLog(database);
  const shown: ShownConversation[] = [];
  const firsts = [...Map.groupBy(setup.seeded, (device) => device.account).values()].map((devices) => devices[0]!);
  for (const seeded of firsts) {
    const client = await connect(setup.server().url, { token: seeded.accessToken });
    const { conversations } = await client.run<{ conversations: { edges: readonly { node: ShownNode }[] } }>(list);
    client.close();
    for (const { node } of conversations.edges)
      shown.push({
        account: bare(seeded.account),
        conversation: bare(node.id),
        headSeq: node.headSeq,
        unread: node.unreadCount,
        watermarks: node.watermarks.map((mark) => ({
          account: bare(mark.accountId),
          delivered: Math.max(0, mark.deliveredUpTo),
          read: Math.max(0, mark.readUpTo),
        })),
      });
  }
  return { log, timeline: await readTimeline(database), watermarks: await readWatermarks(database), shown };
}

interface ShownNode {
  readonly id: string;
  readonly headSeq: number;
  readonly unreadCount: number;
  readonly watermarks: readonly {
    readonly accountId: string;
    readonly deliveredUpTo: number;
    readonly readUpTo: number;
  }[];
}
const list = `query List { conversations(first: 50) { edges { node { id headSeq unreadCount watermarks { accountId deliveredUpTo readUpTo } } } } }`;
