import { type Logged, type LoggedEntry } from './database.js';

/** Who may see what, and what became of it, by the log alone. */
export interface Told {
  /** Whether the account is told of what happened there. */
  tells(account: string, conversation: string, seq: number): boolean;
  bySeq(account: string, conversation: string): (seq: number) => boolean;
  isMember(account: string, conversation: string): boolean;
  /** The last place of the conversation that the account is told of. */
  headOf(account: string, conversation: string): number;
  isDeleted(message: { readonly conversation: string; readonly seq: number }): boolean;
  /** Where the message was deleted for the first time. */
  deletion(conversation: string, target: number): LoggedEntry | undefined;
  /** Of the edits before the deletion, the last. */
  lastEdit(conversation: string, target: number): LoggedEntry | undefined;
  /** Everything that is told as an update with a place of its own. */
  readonly entries: readonly LoggedEntry[];
}

/** The beginning of a conversation is told without its place. */
const TOLD = new Set([
  'MessageSent',
  'MessageEdited',
  'MessageDeleted',
  'ReactionChanged',
  'MembersAdded',
  'MemberRemoved',
  'MemberLeft',
  'RoleChanged',
]);

export function toldBy(log: Logged): Told {
  const periods = Map.groupBy(log.memberships, ({ account, conversation }) => `${account} ${conversation}`);
  const heads = new Map<string, number>();
  const deletions = new Map<string, LoggedEntry>();
  const edits = new Map<string, LoggedEntry>();
  for (const entry of log.entries) {
    heads.set(entry.conversation, entry.seq);
    const key = `${entry.conversation} ${entry.target ?? ''}`;
    if (entry.type === 'MessageDeleted' && !deletions.has(key)) deletions.set(key, entry);
    if (entry.type === 'MessageEdited') edits.set(key, entry);
  }
  const of = (account: string, conversation: string): Logged['memberships'] =>
    periods.get(`${account} ${conversation}`) ?? [];
  const tells: Told['tells'] = (account, conversation, seq) =>
    of(account, conversation).some(({ from, to }) => from <= seq && (to === undefined || seq < to));
  return {
    tells,
    bySeq: (account, conversation) => (seq) => tells(account, conversation, seq),
    isMember: (account, conversation) => of(account, conversation).some(({ to }) => to === undefined),
    headOf: (account, conversation) => {
      const last = of(account, conversation).at(-1);
      return last?.to === undefined ? (heads.get(conversation) ?? 0) : last.to - 1;
    },
    isDeleted: ({ conversation, seq }) => deletions.has(`${conversation} ${seq}`),
    deletion: (conversation, target) => deletions.get(`${conversation} ${target}`),
    lastEdit: (conversation, target) => edits.get(`${conversation} ${target}`),
    entries: log.entries.filter(({ type }) => TOLD.has(type)),
  };
}

/** How many things each account is told of. */
export function toldCounts(log: Logged, accounts: readonly string[]): ReadonlyMap<string, number> {
  const told = toldBy(log);
  return new Map(
    accounts.map((account) => [
      account,
      told.entries.filter(({ conversation, seq }) => told.tells(account, conversation, seq)).length,
    ]),
  );
}
