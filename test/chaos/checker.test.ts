import { describe, expect, it } from 'vitest';
import { check } from './checker.js';
import { clean, count, counts, journalOf, observedOf, zeros, type Fault } from './fixture.js';

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
      journal.map((entry) =>
        entry.k === 'received' && entry.seq === 2 ? { ...entry, text: 'other', intact: false } : entry,
      ),
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
