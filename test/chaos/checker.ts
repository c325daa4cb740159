import {
  bare,
  type Logged,
  type LoggedMessage,
  type LoggedWatermark,
  type ShownReaction,
  type TimelineRow,
} from './database.js';
import type { Entry } from './journal.js';
import { checkChanges } from './changes.js';
import { toldBy, type Told } from './told.js';
import { checkWatermarks, type ShownConversation } from './watermarks.js';

/** What the server and its database showed after the storm. */
export interface Observed {
  readonly log: Logged;
  readonly timeline: readonly TimelineRow[];
  readonly watermarks: readonly LoggedWatermark[];
  readonly reactions: readonly ShownReaction[];
  readonly shown: readonly ShownConversation[];
}

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** What was deleted and came back. */
  readonly resurrected: number;
  readonly unreadMismatches: number;
  /** What somebody saw of a time in which it was no member. */
  readonly leakedToRemoved: number;
  readonly acknowledged: number;
  /** The first few of each kind, in words. */
  readonly findings: readonly string[];
}

type Kind = 'lost' | 'duplicated' | 'reordered' | 'resurrected' | 'unreadMismatches' | 'leakedToRemoved';
export type Report = (kind: Kind, what: string) => void;

export interface Promises {
  /** A device acknowledges at one node at a time. Otherwise a client may hear of an older watermark after a newer one. */
  readonly receiptsInOrder: boolean;
}

/** Judges the server by the drivers' journal. Pure: everything it looks at is given. */
export function check(
  journal: readonly Entry[],
  observed: Observed,
  { receiptsInOrder }: Promises = { receiptsInOrder: true },
): Verdict {
  const counts = { lost: 0, duplicated: 0, reordered: 0, resurrected: 0, unreadMismatches: 0, leakedToRemoved: 0 };
  const findings: string[] = [];
  const report: Report = (kind, what) => {
    if (counts[kind]++ < 5) findings.push(`${kind}: ${what}`);
  };
  const acked = checkAcknowledged(journal, observed.log, report);
  checkLog(observed.log, report);
  checkTimeline(observed, report);
  const told = toldBy(observed.log);
  checkDevices(journal, observed.log, told, report);
  checkChanges(journal, observed, told, report);
  checkWatermarks(journal, observed, receiptsInOrder, told, report);
  return { ...counts, acknowledged: acked, findings };
}

/** Every acknowledged send is in the log where it was said to be, once, and after what was acknowledged before it was sent. */
function checkAcknowledged(journal: readonly Entry[], log: Logged, report: Report): number {
  const logged = new Map(log.messages.map((message) => [message.message, message]));
  const answers = new Map<string, Extract<Entry, { k: 'acked' }>>();
  const floors = new Map<string, number>();
  const heads = new Map<string, number>();
  const conversationOf = new Map<string, string>();
  for (const entry of journal) {
    if (entry.k === 'send') {
      conversationOf.set(entry.id, entry.conversation);
      if (!floors.has(entry.id)) floors.set(entry.id, heads.get(entry.conversation) ?? 0);
    }
    if (entry.k !== 'acked') continue;
    const first = answers.get(entry.id);
    if (first !== undefined) {
      if (first.seq !== entry.seq || first.message !== entry.message)
        report('duplicated', `${entry.id} was answered ${first.seq} and then ${entry.seq}`);
      continue;
    }
    answers.set(entry.id, entry);
    const conversation = conversationOf.get(entry.id) ?? '';
    heads.set(conversation, Math.max(entry.seq, heads.get(conversation) ?? 0));
    if (entry.seq <= (floors.get(entry.id) ?? 0))
      report('reordered', `${entry.id} got ${entry.seq}, below what was acknowledged before it`);
    const found = logged.get(bare(entry.message));
    if (found === undefined) report('lost', `${entry.id} was acknowledged and is not in the log`);
    else if (found.seq !== entry.seq || found.clientId !== entry.id)
      report('reordered', `${entry.id} was acknowledged at ${entry.seq} and lies at ${found.seq}`);
  }
  for (const message of log.messages) {
    if (!conversationOf.has(message.clientId))
      report('duplicated', `${message.clientId} is in the log and nobody sent it`);
  }
  return answers.size;
}

function checkLog(log: Logged, report: Report): void {
  for (let hole = 0; hole < log.holes; hole++) report('reordered', 'a stream of the log has a hole or goes back');
  const seen = new Set<string>();
  for (const { conversation, account, clientId } of log.messages) {
    const key = `${conversation} ${account} ${clientId}`;
    if (seen.has(key)) report('duplicated', `${clientId} is in the log twice`);
    seen.add(key);
  }
}

/** The read model has each message of the log once, at its sequence. */
function checkTimeline({ log, timeline }: Observed, report: Report): void {
  const rows = new Map<string, number>();
  for (const row of timeline) {
    if (rows.has(row.message)) report('duplicated', `${row.message} is in the timeline twice`);
    rows.set(row.message, row.seq);
  }
  for (const message of log.messages) {
    const seq = rows.get(message.message);
    if (seq === undefined) report('lost', `${message.clientId} is not in the timeline`);
    else if (seq !== message.seq)
      report('reordered', `${message.clientId} is in the timeline at ${seq}, in the log at ${message.seq}`);
    rows.delete(message.message);
  }
  for (const message of rows.keys()) report('duplicated', `${message} is in the timeline and not in the log`);
}

/** Each device, in its ordinary life and in a replay of all of it, saw what it is told of in log order, each once. */
function checkDevices(journal: readonly Entry[], log: Logged, told: Told, report: Report): void {
  const accounts = new Map<string, string>();
  const sequences = new Map<string, Got[]>();
  const replayed = new Set<string>();
  for (const entry of journal) {
    if (entry.k === 'device') accounts.set(entry.device, bare(entry.account));
    if (entry.k !== 'received') continue;
    if (entry.life === 1) replayed.add(entry.device);
    const key = `${entry.device} ${entry.life}`;
    const got = sequences.get(key);
    if (got === undefined) sequences.set(key, [entry]);
    else got.push(entry);
  }
  for (const [device, account] of accounts) {
    const expected = log.messages.filter(({ conversation, seq }) => told.tells(account, conversation, seq));
    for (const life of replayed.has(device) ? ([0, 1] as const) : ([0] as const))
      checkSequence(
        `${device}${life === 1 ? ' (replay)' : ''}`,
        sequences.get(`${device} ${life}`) ?? [],
        expected,
        report,
      );
  }
}

type Got = Extract<Entry, { k: 'received' }>;

function checkSequence(device: string, got: readonly Got[], expected: readonly LoggedMessage[], report: Report): void {
  const order = new Map(expected.map((message, index) => [message.message, index]));
  const seen = new Set<string>();
  let last = -1;
  for (const entry of got) {
    const message = bare(entry.message);
    const index = order.get(message);
    if (seen.has(message)) report('duplicated', `${device} received ${entry.id} twice`);
    else if (index === undefined) report('duplicated', `${device} received ${entry.id}, which is not in its log`);
    else {
      if (index < last) report('reordered', `${device} received ${entry.id} late`);
      if (expected[index]?.seq !== entry.seq) report('reordered', `${device} received ${entry.id} as ${entry.seq}`);
      last = Math.max(last, index);
    }
    seen.add(message);
  }
  for (const message of expected)
    if (!seen.has(message.message)) report('lost', `${device} never received ${message.clientId}`);
}
