import { describe, expect, it } from 'vitest';
import { check, type Observed, type Verdict } from './checker.js';
import type { Entry } from './journal.js';

const accounts = ['a', 'b'];
const devices = ['a1', 'a2', 'b1', 'b2'];
const count = 6;

/** Six messages in one conversation, all received and replayed by four devices, b has read four of them. */
function clean(): { journal: Entry[]; observed: Observed } {
  const journal: Entry[] = devices.map((device) => ({ k: 'device', device, account: device.charAt(0) }));
  journal.push({ k: 'conversation', id: 'c', members: accounts });
  const messages: Observed['log']['messages'][number][] = [];
  for (let n = 1; n <= count; n++) {
    const id = `k${n}`;
    journal.push({ k: 'send', id, device: 'a1', conversation: 'c' });
    journal.push({ k: 'acked', id, device: 'a1', seq: n, message: `m${n}` });
    for (const device of devices)
      journal.push({ k: 'received', device, life: 0, conversation: 'c', seq: n, message: `m${n}`, id, intact: true });
    messages.push({
      position: n,
      conversation: 'c',
      seq: n,
      message: `m${n}`,
      clientId: id,
      account: 'a',
      device: 'a1',
    });
  }
  journal.push({ k: 'acknowledged', device: 'b1', conversation: 'c', delivered: 6, read: 4 });
  for (const device of devices)
    for (let n = 1; n <= count; n++)
      journal.push({
        k: 'received',
        device,
        life: 1,
        conversation: 'c',
        seq: n,
        message: `m${n}`,
        id: `k${n}`,
        intact: true,
      });
  for (const device of devices)
    journal.push({ k: 'receipt', device, life: 0, conversation: 'c', of: 'b1', delivered: 6, read: 4 });
  const shown = accounts.map((account) => ({
    account,
    conversation: 'c',
    headSeq: 6,
    unread: account === 'a' ? 0 : 2,
    watermarks: [
      { account: 'a', delivered: 6, read: 6 },
      { account: 'b', delivered: 6, read: 4 },
    ],
  }));
  const log = {
    messages,
    watermarks: [{ conversation: 'c', account: 'b', device: 'b1', delivered: 6, read: 4 }],
    holes: 0,
  };
  const timeline = messages.map(({ conversation, seq, message }) => ({ conversation, seq, message }));
  const watermarks = [
    { conversation: 'c', account: 'b', device: 'b1', delivered: 6, read: 4 },
    { conversation: 'c', account: 'a', device: 'a1', delivered: 6, read: 6 },
  ];
  return { journal, observed: { log, timeline, watermarks, shown } };
}

const zeros = { lost: 0, duplicated: 0, reordered: 0, unreadMismatches: 0 };
const counts = ({ lost, duplicated, reordered, unreadMismatches }: Verdict): typeof zeros => ({
  lost,
  duplicated,
  reordered,
  unreadMismatches,
});

type Fault = (run: ReturnType<typeof clean>) => ReturnType<typeof clean>;
const journalOf =
  (change: (journal: Entry[]) => Entry[]): Fault =>
  ({ journal, observed }) => ({ journal: change(journal), observed });
const observedOf =
  (change: (observed: Observed) => Partial<Observed>): Fault =>
  ({ journal, observed }) => ({ journal, observed: { ...observed, ...change(observed) } });

const faults: [string, keyof typeof zeros, Fault][] = [
  [
    'an acknowledged message missing from the log',
    'lost',
    observedOf(({ log }) => ({ log: { ...log, messages: log.messages.slice(0, -1) } })),
  ],
  ['a message missing from the timeline', 'lost', observedOf(({ timeline }) => ({ timeline: timeline.slice(1) }))],
  [
    'a message that a device never received',
    'lost',
    journalOf((journal) =>
      journal.filter(
        (entry) => !(entry.k === 'received' && entry.device === 'b2' && entry.life === 0 && entry.seq === 3),
      ),
    ),
  ],
  [
    'a message missing from a replay',
    'lost',
    journalOf((journal) =>
      journal.filter(
        (entry) => !(entry.k === 'received' && entry.life === 1 && entry.device === 'a1' && entry.seq === 6),
      ),
    ),
  ],
  [
    'a text that changed',
    'lost',
    journalOf((journal) =>
      journal.map((entry) => (entry.k === 'received' && entry.seq === 2 ? { ...entry, intact: false } : entry)),
    ),
  ],
  [
    'a device that received twice',
    'duplicated',
    journalOf((journal) => [...journal, ...journal.filter((entry) => entry.k === 'received').slice(0, 1)]),
  ],
  [
    'a retry stored a second time',
    'duplicated',
    observedOf(({ log }) => ({
      log: { ...log, messages: [...log.messages, { ...log.messages[0]!, position: 7, seq: 7, message: 'm7' }] },
    })),
  ],
  [
    'a repeat with another answer',
    'duplicated',
    journalOf((journal) => [...journal, { k: 'acked', id: 'k1', device: 'a2', seq: 9, message: 'm9' }]),
  ],
  [
    'a row too many in the timeline',
    'duplicated',
    observedOf(({ timeline }) => ({ timeline: [...timeline, timeline[0]!] })),
  ],
  [
    'two messages that changed places on a device',
    'reordered',
    journalOf((journal) => {
      const [one, other] = journal.flatMap((entry, index) =>
        entry.k === 'received' && entry.device === 'b1' ? [index] : [],
      );
      const changed = [...journal];
      changed[one!] = journal[other!]!;
      changed[other!] = journal[one!]!;
      return changed;
    }),
  ],
  ['a hole in a stream', 'reordered', observedOf(({ log }) => ({ log: { ...log, holes: 1 } }))],
  [
    'a sequence below what was acknowledged before the send',
    'reordered',
    journalOf((journal) =>
      journal.map((entry) => (entry.k === 'acked' && entry.id === 'k6' ? { ...entry, seq: 2 } : entry)),
    ),
  ],
  [
    'an unread count that is off',
    'unreadMismatches',
    observedOf(({ shown }) => ({ shown: shown.map((one) => ({ ...one, unread: one.unread + 1 })) })),
  ],
  [
    'a watermark that is off',
    'unreadMismatches',
    observedOf(({ watermarks }) => ({ watermarks: watermarks.map((mark) => ({ ...mark, read: mark.read - 1 })) })),
  ],
  [
    'a confirmed watermark that the log does not have',
    'unreadMismatches',
    journalOf((journal) => [...journal, { k: 'acknowledged', device: 'a2', conversation: 'c', delivered: 5, read: 5 }]),
  ],
  [
    'a receipt that went back',
    'unreadMismatches',
    journalOf((journal) => [
      ...journal,
      { k: 'receipt', device: 'a1', life: 0, conversation: 'c', of: 'b1', delivered: 3, read: 3 },
    ]),
  ],
  [
    'a conversation that the API does not show',
    'unreadMismatches',
    observedOf(({ shown }) => ({ shown: shown.slice(1) })),
  ],
];

describe('the checker', () => {
  it('finds nothing where everything is right', () => {
    const { journal, observed } = clean();
    const verdict = check(journal, observed);
    expect(verdict.findings).toEqual([]);
    expect({ ...counts(verdict), acknowledged: verdict.acknowledged }).toEqual({ ...zeros, acknowledged: count });
  });

  it.each(faults)('finds %s', (_, kind, fault) => {
    const { journal, observed } = fault(clean());
    expect(check(journal, observed)[kind]).toBeGreaterThan(0);
  });
});
