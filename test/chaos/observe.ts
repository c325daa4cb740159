import type pg from 'pg';
import { spread, type SeededDevice } from '../../bench/kit/accounts.js';
import { connect } from '../kit/client.js';
import type { Observed } from './checker.js';
import { bare, readLog, readReactions, readTimeline, readWatermarks } from './database.js';
import { replay, type Device, type DeviceOptions } from './device.js';
import type { Conversation } from './load.js';
import type { ShownConversation } from './watermarks.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Messages that each account's devices should have by now: those of all its conversations. */
export function expectedCounts(conversations: readonly Conversation[], messages: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let n = 0; n < messages; n++)
    for (const account of conversations[(n * 7) % conversations.length]!.members)
      counts.set(account, (counts.get(account) ?? 0) + 1);
  return counts;
}

/** Waits until the devices have everything and their watermarks are confirmed, or nothing moves for 20 s. */
export async function settle(
  devices: readonly Device[],
  expected: ReadonlyMap<string, number>,
  countOf: (device: Device) => number = ({ received }) => received,
): Promise<void> {
  let before = '';
  let progress = performance.now();
  while (devices.some((device) => countOf(device) < (expected.get(device.account) ?? 0) || device.unconfirmed > 0)) {
    const now = devices.map((device) => `${countOf(device)} ${device.unconfirmed}`).join();
    if (now !== before) progress = performance.now();
    if (performance.now() - progress > 20_000) return;
    before = now;
    await pause(50);
  }
  await pause(1000); // the last receipts are appended and come back; a duplicate would come now
}

/** Every device replays its whole life. */
export async function replayAll(
  devices: readonly Device[],
  optionsOf: (index: number) => DeviceOptions,
): Promise<void> {
  await spread(devices.length, 8, async (index) => {
    const device = devices[index]!;
    await replay(optionsOf(index), device.firstCursor, device.told);
  });
}

export async function observe(database: pg.Client, seeded: readonly SeededDevice[], url: string): Promise<Observed> {
  const log = await readLog(database);
  const shown: ShownConversation[] = [];
  for (const [first] of Map.groupBy(seeded, (device) => device.account).values()) {
    const client = await connect(url, { token: first!.accessToken });
    const { conversations } = await client.run<{ conversations: { edges: readonly { node: ShownNode }[] } }>(list);
    client.close();
    for (const { node } of conversations.edges)
      shown.push({
        account: bare(first!.account),
        conversation: bare(node.id),
        headSeq: node.headSeq,
        unread: node.unreadCount,
        messages: node.messages.edges.map(({ node: { seq, content } }) => ({ seq, text: content.text ?? null })),
        watermarks: node.watermarks.map((mark) => ({
          account: bare(mark.accountId),
          delivered: Math.max(0, mark.deliveredUpTo),
          read: Math.max(0, mark.readUpTo),
        })),
      });
  }
  return {
    log,
    timeline: await readTimeline(database),
    watermarks: await readWatermarks(database),
    reactions: await readReactions(database),
    shown,
  };
}

interface ShownNode {
  readonly id: string;
  readonly headSeq: number;
  readonly unreadCount: number;
  readonly messages: {
    readonly edges: readonly {
      readonly node: { readonly seq: number; readonly content: { readonly text?: string } };
    }[];
  };
  readonly watermarks: readonly {
    readonly accountId: string;
    readonly deliveredUpTo: number;
    readonly readUpTo: number;
  }[];
}
const list = `query List { conversations(first: 50) { edges { node { id headSeq unreadCount messages(last: 50) { edges { node { seq content { ... on TextContent { text } } } } } watermarks { accountId deliveredUpTo readUpTo } } } } }`;
