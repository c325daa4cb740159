import { beforeEach, describe, expect, it } from 'vitest';
import { encodeId } from '../../../src/api/kit/nodeIds.js';
import { typingRooms, type TypingRooms } from '../../../src/api/typing/rooms.js';
import type { TypingSource } from '../../../src/api/typing/source.js';
import { FULL_SIGHT, NO_SIGHT } from '../../../src/domain/presence/index.js';
import { TYPING_MS, typingSignal, typingTopic, type TypingKind } from '../../../src/domain/typing/index.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { memorySignals } from '../../../src/platform/signals/memory.js';
import type { Signals } from '../../../src/platform/signals/port.js';
import { uuid } from '../../projections/fixture.js';

const [ada, bob, eve, group] = ['ada', 'bob', 'eve', 'group'].map(uuid) as [string, string, string, string];

let now: number;
let signals: Signals;
let members: Set<string>;
/** Viewer and account that may not know of each other. */
let hidden: Set<string>;
let rooms: TypingRooms;

function node(): TypingRooms {
  return typingRooms({
    signals,
    clock: { now: () => now },
    logger: silentLogger,
    isMember: (_conversation, account) => members.has(account),
    visibility: { sight: (viewer, account) => (hidden.has(`${viewer} ${account}`) ? NO_SIGHT : FULL_SIGHT) },
    onTold: () => undefined,
  });
}

beforeEach(() => {
  now = 1_790_000_000_000;
  signals = memorySignals(silentLogger);
  members = new Set([ada, bob, eve]);
  hidden = new Set();
  rooms = node();
});

interface Listener {
  readonly source: TypingSource;
  readonly told: string[];
  readonly ended: boolean;
}

function listen(viewer: string, on = rooms): Listener {
  const source = on.watch(viewer, group);
  const told: string[] = [];
  const listener = { source, told, ended: false };
  const names = new Map([ada, bob, eve].map((id, index) => [encodeId('account', id), ['ada', 'bob', 'eve'][index]]));
  source.pipe({
    deliver: ({ notice }) => void told.push(`${names.get(notice.accountId)} ${notice.kind}`),
    writable: () => undefined,
    end: () => {
      listener.ended = true;
    },
  });
  return listener;
}

async function settle(on = rooms): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await on.settled();
  }
}

async function types(accountId: string, kind: TypingKind = 'TYPING', at = now): Promise<void> {
  signals.publish(typingTopic(group), typingSignal({ accountId, kind, at }));
  await settle();
}

describe('typing', () => {
  it('is told once however often it is repeated, with each change and the end', async () => {
    const listener = listen(bob);
    for (const kind of ['TYPING', 'TYPING', 'RECORDING', 'TYPING', 'NONE', 'NONE'] as const) await types(ada, kind);
    expect(listener.told).toEqual(['ada TYPING', 'ada RECORDING', 'ada TYPING', 'ada NONE']);
  });

  it('ends by itself when it is not repeated', async () => {
    const listener = listen(bob);
    await types(ada);
    now += TYPING_MS - 1;
    rooms.sweep();
    await types(ada);
    now += TYPING_MS - 1;
    rooms.sweep();
    await settle();
    expect(listener.told).toEqual(['ada TYPING']);
    now += 1;
    rooms.sweep();
    await settle();
    expect(listener.told).toEqual(['ada TYPING', 'ada NONE']);
  });

  it('ends with the message, also for a signal that comes after it', async () => {
    const listener = listen(bob);
    await types(ada);
    rooms.messageSent(group, ada, now + 5);
    await types(ada, 'TYPING', now + 4);
    expect(listener.told).toEqual(['ada TYPING', 'ada NONE']);
    await types(ada, 'TYPING', now + 6);
    expect(listener.told.at(-1)).toBe('ada TYPING');
  });

  it('is never told to the account itself, nor to whom it may not know', async () => {
    const [own, blocked, other] = [listen(ada), listen(bob), listen(eve)];
    hidden.add(`${bob} ${ada}`);
    await types(ada);
    await types(ada, 'NONE');
    expect([own.told, blocked.told, other.told]).toEqual([[], [], ['ada TYPING', 'ada NONE']]);
  });

  it('that began is ended also for who may not know of it any more', async () => {
    const listener = listen(bob);
    await types(ada);
    hidden.add(`${bob} ${ada}`);
    await types(ada, 'RECORDING');
    await types(ada, 'NONE');
    expect(listener.told).toEqual(['ada TYPING', 'ada NONE']);
  });

  it('is told to who comes later, and ends the subscription of who was removed', async () => {
    const first = listen(bob);
    await types(ada);
    const later = listen(eve);
    await settle();
    expect(later.told).toEqual(['ada TYPING']);
    members.delete(eve);
    await types(bob);
    await types(ada, 'NONE');
    expect([later.told, later.ended]).toEqual([['ada TYPING'], true]);
    expect(first.told).toEqual(['ada TYPING', 'ada NONE']);
  });

  it('reaches other nodes, and a node where nobody listens keeps nothing', async () => {
    const other = node();
    const listener = listen(bob, other);
    await types(ada);
    await settle(other);
    expect(listener.told).toEqual(['ada TYPING']);
    listener.source.stop();
    await types(eve);
    await settle(other);
    const again = listen(bob, other);
    await settle(other);
    expect(again.told).toEqual([]);
  });
});
