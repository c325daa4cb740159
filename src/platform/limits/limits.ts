/** How often something may be done: `points` in any window of `seconds`, counted per key. */
interface Limit {
  readonly points: number;
  readonly seconds: number;
  /** What the key is, and why the figure. */
  readonly doc: string;
}

/** Every rate limit of the server. */
export const LIMITS = {
  otpResend: { points: 1, seconds: 30, doc: 'per number: a code needs time to arrive before another is asked for' },
  otpPerNumber: { points: 5, seconds: 3600, doc: 'per number: nobody floods a phone, and guesses stay at 25 an hour' },
  otpPerAddress: { points: 30, seconds: 3600, doc: 'per address: text messages cost money' },
  submitPerAddress: { points: 60, seconds: 600, doc: 'per address: guessing over many numbers' },
  findAccount: { points: 100, seconds: 3600, doc: 'per account: numbers must not be enumerated' },
  syncContacts: { points: 60, seconds: 600, doc: 'per account: a phone book of 10,000 in parts, and its changes' },
  contactNumbers: {
    points: 5_000,
    seconds: 86_400,
    doc: 'per account, one for each number that its book did not have: most books on the first day; numbers must not be enumerated',
  },
  report: { points: 30, seconds: 86_400, doc: 'per account: administrators have to read them' },
  blockAccount: { points: 100, seconds: 600, doc: 'per account: more than anybody has reason to' },
  startConversation: { points: 60, seconds: 60, doc: 'per account: bulk approaches' },
  createGroup: { points: 60, seconds: 3600, doc: 'per account: bulk approaches' },
  addMembers: {
    points: 5000,
    seconds: 3600,
    doc: 'per account, one for each member that is added: bulk approaches; a full group has 1,024',
  },
  joinGroup: { points: 100, seconds: 3600, doc: 'per account: following links over and over' },
  changeGroup: { points: 300, seconds: 60, doc: 'per account: each change is told to every member' },
  sendMessage: { points: 500, seconds: 5, doc: 'per device: 100 a second, with a burst of 500 after a time offline' },
  changeMessage: {
    points: 200,
    seconds: 10,
    doc: 'per device: edits, deletions, reactions, votes and the like, with a burst of 200 after a time offline',
  },
  listRecipients: {
    points: 1024,
    seconds: 3600,
    doc: 'per account: recipients put into broadcast lists; bulk approaches',
  },
  followChannel: { points: 60, seconds: 60, doc: 'per account: each is a fact in its stream for ever' },
  broadcast: { points: 30, seconds: 60, doc: 'per account: each message to a list is up to 256 messages' },
  fetchLink: {
    points: 60,
    seconds: 60,
    doc: 'per account: pages that are fetched for previews; nobody makes the server visit at will',
  },
  acknowledge: {
    points: 1000,
    seconds: 5,
    doc: 'per device: one for each message is already more than a client needs',
  },
  changePreferences: {
    points: 300,
    seconds: 60,
    doc: 'per account: many chats and messages marked one after the other',
  },
  scheduleMessage: { points: 60, seconds: 60, doc: 'per account: 100 wait at most, so nobody needs more' },
  saveDraft: { points: 300, seconds: 60, doc: 'per account: five a second, more than pauses in typing' },
  setTyping: { points: 30, seconds: 10, doc: 'per device: every few seconds in each of a few conversations' },
  listen: {
    points: 240,
    seconds: 60,
    doc: 'per device: subscriptions to presence and typing; each chat opened is two',
  },
  messageInfo: { points: 120, seconds: 60, doc: 'per account: it reads the log' },
  query: { points: 1000, seconds: 5, doc: 'per device: scrolling fast through a long history' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
