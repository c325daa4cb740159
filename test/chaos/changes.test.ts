import { describe, expect, it } from 'vitest';
import { check, type Observed } from './checker.js';
import type { LoggedEntry } from './database.js';
import { clean, devices, journalOf, observedOf, type Fault, type zeros } from './fixture.js';
import type { Entry } from './journal.js';

/** The same with what happens in groups: m2 edited at 7, m3 deleted at 8, a reaction at 9, b removed at 10, m11 without it. */
function eventful(): { journal: Entry[]; observed: Observed } {
  const { journal, observed } = clean();
  const happened = [
    { seq: 7, type: 'MessageEdited', what: 'MessageEdited', account: 'a', target: 2, text: 'edited' },
    { seq: 8, type: 'MessageDeleted', what: 'MessageDeleted', account: 'a', target: 3 },
    { seq: 9, type: 'ReactionChanged', what: 'ReactionChanged', account: 'b', target: 1, emoji: '👍' },
    { seq: 10, type: 'MemberRemoved', what: 'MembersChanged', account: 'a' },
  ];
  const shownText = (seq: number): string | null => (seq === 3 ? null : seq === 2 ? 'edited' : 'text');
  const told = journal.map((entry): Entry =>
    entry.k === 'received' && entry.life === 1 ? { ...entry, text: shownText(entry.seq) } : entry,
  );
  told.push({ k: 'edit', conversation: 'c', target: 2, text: 'edited' });
  for (const device of devices)
    for (const life of [0, 1] as const)
      for (const { seq, what, target, text } of happened)
        told.push({
          k: 'told',
          device,
          life,
          conversation: 'c',
          seq,
          what,
          ...(target !== undefined && { target }),
          ...(text !== undefined && { text }),
        });
  const last = {
    position: 11,
    conversation: 'c',
    seq: 11,
    message: 'm11',
    clientId: 'k11',
    account: 'a',
    device: 'a1',
  };
  told.push({ k: 'send', id: 'k11', device: 'a1', conversation: 'c' });
  told.push({ k: 'acked', id: 'k11', device: 'a1', seq: 11, message: 'm11' });
  for (const device of ['a1', 'a2'])
    for (const life of [0, 1] as const)
      told.push({
        k: 'received',
        device,
        life,
        conversation: 'c',
        seq: 11,
        message: 'm11',
        id: 'k11',
        text: 'text',
        intact: true,
      });
  const { log } = observed;
  const entry = (seq: number, type: string, account: string, target?: number, emoji?: string): LoggedEntry => ({
    position: seq,
    conversation: 'c',
    seq,
    type,
    account,
    target,
    emoji,
  });
  return {
    journal: told,
    observed: {
      ...observed,
      log: {
        ...log,
        messages: [...log.messages, last],
        entries: [
          ...log.entries,
          ...happened.map(({ seq, type, account, target, emoji }) => entry(seq, type, account, target, emoji)),
          entry(11, 'MessageSent', 'a'),
        ],
        memberships: [
          { conversation: 'c', account: 'a', from: 0, to: undefined },
          { conversation: 'c', account: 'b', from: 0, to: 11 },
        ],
      },
      timeline: [...observed.timeline, { conversation: 'c', seq: 11, message: 'm11' }],
      watermarks: [
        { conversation: 'c', account: 'b', device: 'b1', delivered: 6, read: 4 },
        { conversation: 'c', account: 'a', device: 'a1', delivered: 11, read: 11 },
      ],
      reactions: [{ conversation: 'c', target: 1, account: 'b', emoji: '👍' }],
      shown: observed.shown.map((one) => ({
        ...one,
        headSeq: one.account === 'a' ? 11 : 10,
        messages: [
          ...one.messages.map(({ seq }) => ({ seq, text: shownText(seq) })),
          ...(one.account === 'a' ? [{ seq: 11, text: 'text' }] : []),
        ],
        watermarks: [
          { account: 'a', delivered: 11, read: one.account === 'a' ? 11 : 0 },
          { account: 'b', delivered: 6, read: 4 },
        ],
      })),
    },
  };
}

const shownTo = (account: string, change: (messages: ShownMessage[]) => ShownMessage[]): Fault =>
  observedOf(({ shown }) => ({
    shown: shown.map((one) => (one.account === account ? { ...one, messages: change([...one.messages]) } : one)),
  }));
type ShownMessage = Observed['shown'][number]['messages'][number];

const changeFaults: [string, keyof typeof zeros, Fault][] = [
  [
    'a deleted message that a page shows',
    'resurrected',
    shownTo('a', (messages) => messages.map(({ seq, text }) => ({ seq, text: text ?? 'text' }))),
  ],
  [
    'a deleted message in a replay',
    'resurrected',
    journalOf((journal) =>
      journal.map((entry) =>
        entry.k === 'received' && entry.life === 1 && entry.seq === 3 ? { ...entry, text: 'text' } : entry,
      ),
    ),
  ],
  [
    'a message shown to who was removed before it',
    'leakedToRemoved',
    shownTo('b', (messages) => [...messages, { seq: 11, text: 'text' }]),
  ],
  [
    'something told to who was removed before it',
    'leakedToRemoved',
    journalOf((journal) => [
      ...journal,
      { k: 'told', device: 'b1', life: 0, conversation: 'c', seq: 11, what: 'ReactionChanged', target: 1 },
    ]),
  ],
  [
    'an edit that is not shown',
    'lost',
    shownTo('a', (messages) => messages.map(({ seq, text }) => ({ seq, text: text === 'edited' ? 'text' : text }))),
  ],
  [
    'a message that a page shows as gone',
    'lost',
    shownTo('a', (messages) => messages.map(({ seq, text }) => ({ seq, text: seq === 5 ? null : text }))),
  ],
  ['a reaction that is missing', 'lost', observedOf(() => ({ reactions: [] }))],
  [
    'a reaction that nobody gave',
    'duplicated',
    observedOf(({ reactions }) => ({ reactions: [...reactions, { ...reactions[0]!, account: 'a' }] })),
  ],
  [
    'a deletion that a device was not told of',
    'lost',
    journalOf((journal) =>
      journal.filter((entry) => !(entry.k === 'told' && entry.device === 'a2' && entry.seq === 8)),
    ),
  ],
  [
    'an edit told twice',
    'duplicated',
    journalOf((journal) => [
      ...journal,
      ...journal.filter((entry) => entry.k === 'told' && entry.seq === 7).slice(0, 1),
    ]),
  ],
  [
    'an edit told late',
    'reordered',
    journalOf((journal) => [
      ...journal.filter(
        (entry) => !(entry.k === 'told' && entry.device === 'a1' && entry.life === 0 && entry.seq === 7),
      ),
      { k: 'told', device: 'a1', life: 0, conversation: 'c', seq: 7, what: 'MessageEdited', target: 2, text: 'edited' },
    ]),
  ],
];

describe('the checker, of what happens beside sending', () => {
  it('finds nothing where everything is right in a group', () => {
    const { journal, observed } = eventful();
    expect(check(journal, observed).findings).toEqual([]);
  });

  it.each(changeFaults)('finds %s', (_, kind, fault) => {
    const { journal, observed } = fault(eventful());
    expect(check(journal, observed)[kind]).toBeGreaterThan(0);
  });
});
