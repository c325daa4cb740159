import type { Observed, Report } from './checker.js';
import { bare } from './database.js';
import type { Entry } from './journal.js';
import type { Told } from './told.js';

/** One conversation as the API shows it to one account. */
export interface ShownConversation {
  readonly account: string;
  readonly conversation: string;
  readonly headSeq: number;
  readonly unread: number;
  /** The last 50; `text` null: it says nothing any more. */
  readonly messages: readonly { readonly seq: number; readonly text: string | null }[];
  readonly watermarks: readonly { readonly account: string; readonly delivered: number; readonly read: number }[];
}

interface Mark {
  delivered: number;
  read: number;
}

/** Counts of unread messages are capped here. */
const unreadCap = 1000;

/** Watermarks and unread counts, recomputed from the log alone, are what the read model and the API show. */
export function checkWatermarks(
  journal: readonly Entry[],
  observed: Observed,
  inOrder: boolean,
  told: Told,
  report: Report,
): void {
  const { log } = observed;
  const perDevice = new Map<string, Mark>();
  const perAccount = new Map<string, Mark>();
  const shownToOthers = new Map<string, Mark>();
  const raise = (map: Map<string, Mark>, key: string, delivered: number, read: number): void => {
    const mark = map.get(key) ?? { delivered: 0, read: 0 };
    map.set(key, { delivered: Math.max(mark.delivered, delivered), read: Math.max(mark.read, read) });
  };
  for (const mark of log.watermarks) {
    raise(perDevice, `${mark.conversation} ${mark.device}`, mark.delivered, mark.read);
    raise(perAccount, `${mark.conversation} ${mark.account}`, mark.delivered, mark.read);
    raise(shownToOthers, `${mark.conversation} ${mark.account}`, Math.max(mark.delivered, mark.read), mark.read);
  }
  const acknowledged = new Map(perDevice);
  // Who wrote a message has read up to it; to the others that says no more than that it was there.
  for (const message of log.messages) {
    raise(perDevice, `${message.conversation} ${message.device}`, 0, message.seq);
    raise(perAccount, `${message.conversation} ${message.account}`, 0, message.seq);
    raise(shownToOthers, `${message.conversation} ${message.account}`, message.seq, 0);
  }
  checkConfirmed(journal, acknowledged, report);
  checkReceived(journal, acknowledged, inOrder, told, report);
  for (const mark of observed.watermarks) {
    const expected = perDevice.get(`${mark.conversation} ${mark.device}`) ?? { delivered: 0, read: 0 };
    if (mark.read !== expected.read || !deliveredAs(mark, expected))
      report(
        'unreadMismatches',
        `watermark of ${mark.device} is ${mark.delivered}/${mark.read}, the log says ${expected.delivered}/${expected.read}`,
      );
    perDevice.delete(`${mark.conversation} ${mark.device}`);
  }
  for (const key of perDevice.keys())
    if (acknowledged.has(key)) report('unreadMismatches', `the read model has no watermark for ${key}`);
  const members = journal.reduce((sum, entry) => sum + (entry.k === 'conversation' ? entry.members.length : 0), 0);
  if (observed.shown.length !== members)
    report(
      'unreadMismatches',
      `the API shows ${observed.shown.length} conversations to their members instead of ${members}`,
    );
  for (const shown of observed.shown)
    checkShown(shown, observed, { own: perAccount, others: shownToOthers }, told, report);
}

/** What is read, or written, was delivered too, whether or not the read model says it twice. */
const deliveredAs = (found: Mark, expected: Mark): boolean =>
  found.delivered === expected.delivered || found.delivered === Math.max(expected.delivered, expected.read);

/** A watermark that the server confirmed is in the log. */
function checkConfirmed(journal: readonly Entry[], logged: ReadonlyMap<string, Mark>, report: Report): void {
  for (const entry of journal) {
    if (entry.k !== 'acknowledged') continue;
    const mark = logged.get(`${bare(entry.conversation)} ${bare(entry.device)}`);
    if ((mark?.delivered ?? 0) < entry.delivered || (mark?.read ?? 0) < entry.read)
      report(
        'unreadMismatches',
        `${entry.device} had ${entry.delivered}/${entry.read} confirmed, the log has ${mark?.delivered ?? 0}/${mark?.read ?? 0}`,
      );
  }
}

const nothingBelow = (sequence: number | null): number | null => (sequence === null || sequence < 0 ? null : sequence);

/** The greatest receipt that a device has heard of is the log's; where they come in order, none goes back. */
function checkReceived(
  journal: readonly Entry[],
  logged: ReadonlyMap<string, Mark>,
  inOrder: boolean,
  told: Told,
  report: Report,
): void {
  const accounts = new Map<string, string>();
  const last = new Map<string, Mark>();
  for (const entry of journal) {
    if (entry.k === 'device') accounts.set(entry.device, bare(entry.account));
    if (entry.k !== 'receipt') continue;
    const key = `${entry.life} ${entry.device} ${bare(entry.conversation)} ${bare(entry.of)}`;
    const before = last.get(key) ?? { delivered: 0, read: 0 };
    // Below 0, or absent, is a watermark of which this one says nothing.
    const after = { delivered: nothingBelow(entry.delivered), read: nothingBelow(entry.read) };
    if (
      inOrder &&
      ((after.delivered ?? before.delivered) < before.delivered || (after.read ?? before.read) < before.read)
    )
      report(
        'unreadMismatches',
        `a receipt of ${entry.of} went back on ${entry.device} (life ${entry.life}): ${before.delivered}/${before.read}, then ${entry.delivered}/${entry.read}`,
      );
    last.set(key, {
      delivered: Math.max(before.delivered, entry.delivered ?? 0),
      read: Math.max(before.read, entry.read ?? 0),
    });
  }
  for (const [key, mark] of last) {
    const [life, device = '', conversation = '', of = ''] = key.split(' ');
    // Who is no member any more hears of no receipts.
    if (!told.isMember(accounts.get(device) ?? '', conversation)) continue;
    const expected = logged.get(`${conversation} ${of}`) ?? { delivered: 0, read: 0 };
    if (mark.delivered < expected.delivered || mark.read < expected.read)
      report(
        'unreadMismatches',
        `${device} (life ${life ?? ''}) saw ${of} at ${mark.delivered}/${mark.read}, the log has ${expected.delivered}/${expected.read}`,
      );
  }
}

function checkShown(
  shown: ShownConversation,
  { log }: Observed,
  marks: { readonly own: ReadonlyMap<string, Mark>; readonly others: ReadonlyMap<string, Mark> },
  told: Told,
  report: Report,
): void {
  const of = (account: string): Mark =>
    marks[account === shown.account ? 'own' : 'others'].get(`${shown.conversation} ${account}`) ?? {
      delivered: 0,
      read: 0,
    };
  const sees = told.bySeq(shown.account, shown.conversation);
  const messages = log.messages.filter((message) => message.conversation === shown.conversation && sees(message.seq));
  const { read } = of(shown.account);
  const unread = messages.filter(
    (message) => message.account !== shown.account && message.seq > read && !told.isDeleted(message),
  ).length;
  const who = `${shown.account} in ${shown.conversation}`;
  if (shown.unread !== Math.min(unread, unreadCap))
    report('unreadMismatches', `unread of ${who} is ${shown.unread}, recomputed ${unread}`);
  const head = told.headOf(shown.account, shown.conversation);
  if (shown.headSeq !== head) report('unreadMismatches', `head of ${who} is ${shown.headSeq}, the log's is ${head}`);
  for (const mark of shown.watermarks) {
    const expected = of(mark.account);
    if (mark.read !== expected.read || !deliveredAs(mark, expected))
      report(
        'unreadMismatches',
        `${who}: watermark of ${mark.account} is ${mark.delivered}/${mark.read}, recomputed ${expected.delivered}/${expected.read}`,
      );
  }
}
