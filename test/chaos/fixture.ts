import type { Observed, Verdict } from './checker.js';
import type { LoggedEntry, LoggedMembership } from './database.js';
import type { Entry } from './journal.js';

const accounts = ['a', 'b'];
export const devices = ['a1', 'a2', 'b1', 'b2'];
export const count = 6;

/** Six messages in one conversation, all received and replayed by four devices, b has read four of them. */
export function clean(): { journal: Entry[]; observed: Observed } {
  const journal: Entry[] = devices.map((device) => ({ k: 'device', device, account: device.charAt(0) }));
  journal.push({ k: 'conversation', id: 'c', members: accounts });
  const messages: Observed['log']['messages'][number][] = [];
  for (let n = 1; n <= count; n++) {
    const id = `k${n}`;
    journal.push({ k: 'send', id, device: 'a1', conversation: 'c' });
    journal.push({ k: 'acked', id, device: 'a1', seq: n, message: `m${n}` });
    for (const device of devices)
      journal.push({
        k: 'received',
        device,
        life: 0,
        conversation: 'c',
        seq: n,
        message: `m${n}`,
        id,
        text: 'text',
        intact: true,
      });
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
        text: 'text',
        intact: true,
      });
  for (const device of devices)
    journal.push({ k: 'receipt', device, life: 0, conversation: 'c', of: 'b1', delivered: 6, read: 4 });
  const shown = accounts.map((account) => ({
    account,
    conversation: 'c',
    headSeq: 6,
    unread: account === 'a' ? 0 : 2,
    messages: messages.map(({ seq }) => ({ seq, text: 'text' })),
    watermarks: [
      // What one sent says to the others no more than that it was there.
      { account: 'a', delivered: 6, read: account === 'a' ? 6 : 0 },
      { account: 'b', delivered: 6, read: 4 },
    ],
  }));
  const log = {
    messages,
    entries: messages.map(({ position, conversation, seq, account }): LoggedEntry => ({
      position,
      conversation,
      seq,
      type: 'MessageSent',
      account,
      target: undefined,
      emoji: undefined,
    })),
    memberships: accounts.map((account): LoggedMembership => ({ conversation: 'c', account, from: 0, to: undefined })),
    watermarks: [{ conversation: 'c', account: 'b', device: 'b1', delivered: 6, read: 4 }],
    holes: 0,
  };
  const timeline = messages.map(({ conversation, seq, message }) => ({ conversation, seq, message }));
  const watermarks = [
    { conversation: 'c', account: 'b', device: 'b1', delivered: 6, read: 4 },
    { conversation: 'c', account: 'a', device: 'a1', delivered: 6, read: 6 },
  ];
  return { journal, observed: { log, timeline, watermarks, reactions: [], shown } };
}

export const zeros = { lost: 0, duplicated: 0, reordered: 0, resurrected: 0, unreadMismatches: 0, leakedToRemoved: 0 };
export const counts = ({
  lost,
  duplicated,
  reordered,
  resurrected,
  unreadMismatches,
  leakedToRemoved,
}: Verdict): typeof zeros => ({
  lost,
  duplicated,
  reordered,
  resurrected,
  unreadMismatches,
  leakedToRemoved,
});

export type Fault = (run: ReturnType<typeof clean>) => ReturnType<typeof clean>;
export const journalOf =
  (change: (journal: Entry[]) => Entry[]): Fault =>
  ({ journal, observed }) => ({ journal: change(journal), observed });
export const observedOf =
  (change: (observed: Observed) => Partial<Observed>): Fault =>
  ({ journal, observed }) => ({ journal, observed: { ...observed, ...change(observed) } });
