import type { Observed, Report } from './checker.js';
import { bare } from './database.js';
import type { Entry } from './journal.js';
import type { Told } from './told.js';

/** One thing that a device was told of, at its place. */
interface Got {
  readonly conversation: string;
  readonly seq: number;
}
type Received = Extract<Entry, { k: 'received' }>;
type ToldOf = Extract<Entry, { k: 'told' }>;

const at = (conversation: string, seq: number): string => `${conversation} ${seq}`;

/**
 * Edits, deletions, reactions and members: everybody is told of each that concerns it once and in order, of nothing else;
 * what was deleted says nothing any more; and the read models end where the log ends.
 */
export function checkChanges(journal: readonly Entry[], observed: Observed, told: Told, report: Report): void {
  const accounts = new Map<string, string>();
  const lives = new Map<string, (Received | ToldOf)[]>();
  for (const entry of journal) {
    if (entry.k === 'device') accounts.set(entry.device, bare(entry.account));
    if (entry.k !== 'received' && entry.k !== 'told') continue;
    const key = `${entry.device} ${entry.life}`;
    const life = lives.get(key);
    if (life === undefined) lives.set(key, [entry]);
    else life.push(entry);
  }
  const texts = textsOf(journal, observed, told, report);
  for (const [key, life] of lives) {
    const [device = '', n] = key.split(' ');
    const who = `${device}${n === '1' ? ' (replay)' : ''}`;
    checkOrder(who, accounts.get(device) ?? '', life, told, report);
    checkTexts(who, n === '1', life, texts, told, report);
  }
  checkReactions(observed, report);
  checkPages(observed, texts, told, report);
}

function checkOrder(who: string, account: string, life: readonly Got[], told: Told, report: Report): void {
  const expected = told.entries.filter(({ conversation, seq }) => told.tells(account, conversation, seq));
  const order = new Map(expected.map(({ conversation, seq }, index) => [at(conversation, seq), index]));
  const known = new Set(told.entries.map(({ conversation, seq }) => at(conversation, seq)));
  const seen = new Set<string>();
  let last = -1;
  for (const { conversation, seq } of life) {
    const key = at(bare(conversation), seq);
    const index = order.get(key);
    if (seen.has(key)) report('duplicated', `${who} was told ${key} twice`);
    else if (index === undefined)
      report(known.has(key) ? 'leakedToRemoved' : 'duplicated', `${who} was told ${key}, which is not for it`);
    else if (index < last) report('reordered', `${who} was told ${key} late`);
    last = Math.max(last, index ?? last);
    seen.add(key);
  }
  for (const { conversation, seq, type } of expected)
    if (!seen.has(at(conversation, seq))) report('lost', `${who} was never told ${at(conversation, seq)} (${type})`);
}

/** What a message may say: as it was sent, or as an edit that was asked for; and what each edit of the log says. */
interface Texts {
  readonly allowed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly ofEdit: ReadonlyMap<string, string>;
}

function textsOf(journal: readonly Entry[], { log }: Observed, told: Told, report: Report): Texts {
  const allowed = new Map<string, Set<string>>();
  const ofEdit = new Map<string, string>();
  const places = new Map(log.messages.map(({ message, conversation, seq }) => [message, at(conversation, seq)]));
  for (const entry of journal) {
    if (entry.k === 'edit') {
      const key = at(bare(entry.conversation), entry.target);
      allowed.set(key, (allowed.get(key) ?? new Set()).add(entry.text));
    }
    if (entry.k !== 'told' || entry.what !== 'MessageEdited' || typeof entry.text !== 'string') continue;
    const key = at(bare(entry.conversation), entry.seq);
    const before = ofEdit.get(key);
    if (before !== undefined && before !== entry.text)
      report('lost', `${entry.device} was told another text of ${key}`);
    ofEdit.set(key, entry.text);
  }
  for (const entry of journal)
    if (entry.k === 'received' && entry.intact && entry.text !== null) {
      const key = places.get(bare(entry.message)) ?? '';
      allowed.set(key, (allowed.get(key) ?? new Set()).add(entry.text));
    }
  for (const { type, conversation, target = 0, seq } of told.entries) {
    const text = ofEdit.get(at(conversation, seq));
    if (type === 'MessageEdited' && text !== undefined && allowed.get(at(conversation, target))?.has(text) !== true)
      report('lost', `the edit ${at(conversation, seq)} says what nobody wrote`);
  }
  return { allowed, ofEdit };
}

function checkTexts(
  who: string,
  replay: boolean,
  life: readonly (Received | ToldOf)[],
  texts: Texts,
  told: Told,
  report: Report,
): void {
  const deleted = new Set<string>();
  for (const entry of life) {
    const conversation = bare(entry.conversation);
    if (entry.k === 'told') {
      const key = at(conversation, entry.target ?? 0);
      if (entry.what === 'MessageDeleted') deleted.add(key);
      const gone = deleted.has(key) || (replay && told.deletion(conversation, entry.target ?? 0) !== undefined);
      if (entry.what === 'MessageEdited' && gone && typeof entry.text === 'string')
        report('resurrected', `${who} was told what the deleted ${key} had said`);
      continue;
    }
    checkText(who, replay, { conversation, seq: entry.seq, text: entry.text }, texts, told, report);
  }
}

/** `final`: after the storm, when the last edit and the deletion count. */
function checkText(
  who: string,
  final: boolean,
  { conversation, seq, text }: Got & { readonly text: string | null },
  texts: Texts,
  told: Told,
  report: Report,
): void {
  const key = at(conversation, seq);
  const deleted = told.deletion(conversation, seq) !== undefined;
  if (text === null) {
    if (!deleted) report('lost', `${who} got ${key} without its text`);
    return;
  }
  if (final && deleted) {
    report('resurrected', `${who} got what the deleted ${key} had said`);
    return;
  }
  if (texts.allowed.get(key)?.has(text) !== true) report('lost', `${who} got ${key} with another text`);
  const edit = told.lastEdit(conversation, seq);
  const expected = edit === undefined ? undefined : texts.ofEdit.get(at(conversation, edit.seq));
  if (final && expected !== undefined && text !== expected)
    report('lost', `${who} got ${key} as it was before its edit`);
}

/** The last reaction of each account to each message that was not deleted. */
function checkReactions({ log, reactions }: Observed, report: Report): void {
  const expected = new Map<string, string>();
  for (const { type, conversation, target = 0, account, emoji } of log.entries) {
    const key = `${conversation} ${target} ${account}`;
    if (type !== 'ReactionChanged') continue;
    if (emoji === null || emoji === undefined) expected.delete(key);
    else expected.set(key, emoji);
  }
  for (const { conversation, target, account, emoji } of reactions) {
    const key = `${conversation} ${target} ${account}`;
    if (expected.get(key) !== emoji)
      report('duplicated', `the reaction ${key} is ${emoji}, the log says ${expected.get(key) ?? 'none'}`);
    expected.delete(key);
  }
  for (const key of expected.keys()) {
    const [conversation = '', target] = key.split(' ');
    const gone = log.entries.some(
      (entry) =>
        entry.type === 'MessageDeleted' && entry.conversation === conversation && entry.target === Number(target),
    );
    if (!gone) report('lost', `the reaction ${key} is missing`);
  }
}

/** What the API shows of each conversation to each of those who are, or were, in it. */
function checkPages({ shown, log }: Observed, texts: Texts, told: Told, report: Report): void {
  const messages = new Set(log.messages.map(({ conversation, seq }) => at(conversation, seq)));
  for (const { account, conversation, messages: page } of shown) {
    const who = `the page of ${account}`;
    for (const { seq, text } of page) {
      if (!messages.has(at(conversation, seq)))
        report('duplicated', `${who} has ${at(conversation, seq)}, which is none`);
      else if (!told.tells(account, conversation, seq))
        report('leakedToRemoved', `${who} shows ${at(conversation, seq)} of a time when it was no member`);
      else checkText(who, true, { conversation, seq, text }, texts, told, report);
    }
  }
}
