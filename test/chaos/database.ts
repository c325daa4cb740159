import pg from 'pg';
import { postgresSocket } from '../kit/serverProcess.js';

/** The server's own database over its Unix socket, past every adapter of ours. */
export async function openDatabase(dataDir: string): Promise<pg.Client> {
  const { host, port } = postgresSocket(dataDir);
  const connection = { host, port, user: 'postgres', application_name: 'parlance-checker' };
  const first = new pg.Client({ ...connection, database: 'postgres' });
  await first.connect();
  const { rows } = await first.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE NOT datistemplate AND datallowconn ORDER BY datname = 'postgres', datname",
  );
  await first.end();
  for (const { datname } of rows) {
    const client = new pg.Client({ ...connection, database: datname });
    await client.connect();
    const found = await client.query<{ found: boolean }>("SELECT to_regclass('public.events') IS NOT NULL AS found");
    if (found.rows[0]?.found === true) return client;
    await client.end();
  }
  throw new Error(`no database below ${dataDir} has an events table`);
}

export interface Durability {
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
}

/** As the server's configuration gives them to every new session. */
export async function durability(database: pg.Client): Promise<Durability> {
  const names = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;
  const { rows } = await database.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
    [names],
  );
  const of = (name: string): string => rows.find((row) => row.name === name)?.setting ?? 'unknown';
  return { fsync: of('fsync'), full_page_writes: of('full_page_writes'), synchronous_commit: of('synchronous_commit') };
}

export interface LoggedMessage {
  readonly position: number;
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
  readonly clientId: string;
  readonly account: string;
  readonly device: string;
}
/** What happened in a conversation at one place of its stream. */
export interface LoggedEntry {
  readonly position: number;
  readonly conversation: string;
  readonly seq: number;
  readonly type: string;
  /** Who did it. */
  readonly account: string;
  /** The message that it is about. */
  readonly target: number | undefined;
  readonly emoji: string | null | undefined;
}
/** Who is told of what happened from `from` to below `to`; undefined: still. */
export interface LoggedMembership {
  readonly conversation: string;
  readonly account: string;
  readonly from: number;
  to: number | undefined;
}
export interface LoggedWatermark {
  readonly conversation: string;
  readonly account: string;
  readonly device: string;
  readonly delivered: number;
  readonly read: number;
}
export interface Logged {
  readonly messages: readonly LoggedMessage[];
  /** Everything in conversations, messages too. */
  readonly entries: readonly LoggedEntry[];
  readonly memberships: readonly LoggedMembership[];
  readonly watermarks: readonly LoggedWatermark[];
  /** Streams whose revisions are not 0, 1, 2, …, and positions given twice. */
  readonly holes: number;
}

/** Ids compare by their 32 hex digits: `msg_` and dashes are the API's and the log's own dress. */
export const bare = (id: string): string => id.slice(id.indexOf('_') + 1).replaceAll('-', '');

interface Row {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly data: {
    readonly clientId?: string;
    readonly accountId?: string;
    readonly deviceId?: string;
    readonly delivered?: number;
    readonly read?: number;
    readonly target?: number;
    readonly emoji?: string | null;
    readonly members?: readonly (string | { readonly accountId: string })[];
  };
  readonly metadata: { readonly actor?: { readonly account: string; readonly device?: string } };
}

export async function readLog(database: pg.Client): Promise<Logged> {
  const { rows } = await database.query<Row>(
    `SELECT position, stream, revision, id, type, data, metadata FROM events
     WHERE stream LIKE 'conversation-%' OR stream LIKE 'receipts-%' ORDER BY position`,
  );
  const messages: LoggedMessage[] = [];
  const entries: LoggedEntry[] = [];
  const memberships: LoggedMembership[] = [];
  const watermarks: LoggedWatermark[] = [];
  const heads = new Map<string, number>();
  let holes = 0;
  let previous = -1;
  for (const row of rows) {
    const position = Number(row.position);
    const revision = Number(row.revision);
    if (revision !== (heads.get(row.stream) ?? -1) + 1 || position <= previous) holes++;
    heads.set(row.stream, revision);
    previous = position;
    const conversation = bare(row.stream.slice(row.stream.indexOf('-') + 1));
    const { account = '', device = '' } = row.metadata.actor ?? {};
    if (row.stream.startsWith('conversation-')) {
      const { target, emoji } = row.data;
      entries.push({ position, conversation, seq: revision, type: row.type, account: bare(account), target, emoji });
      foldMembers(memberships, conversation, revision, row);
    }
    if (row.type === 'MessageSent') {
      messages.push({
        position,
        conversation,
        seq: revision,
        message: bare(row.id),
        clientId: row.data.clientId ?? '',
        account: bare(account),
        device: bare(device),
      });
    } else if (row.type === 'WatermarkAdvanced') {
      const { accountId = '', deviceId = '', delivered = 0, read = 0 } = row.data;
      watermarks.push({ conversation, account: bare(accountId), device: bare(deviceId), delivered, read });
    }
  }
  return { messages, entries, memberships, watermarks, holes };
}

/** Who comes is told of the coming, who goes of the going. */
function foldMembers(memberships: LoggedMembership[], conversation: string, seq: number, { type, data }: Row): void {
  const current = (account: string): LoggedMembership | undefined =>
    memberships.findLast((one) => one.conversation === conversation && one.account === account && one.to === undefined);
  if (type === 'ConversationStarted' || type === 'GroupCreated' || type === 'MembersAdded')
    for (const member of data.members ?? []) {
      const account = bare(typeof member === 'string' ? member : member.accountId);
      if (current(account) === undefined) memberships.push({ conversation, account, from: seq, to: undefined });
    }
  if (type === 'MemberRemoved' || type === 'MemberLeft') {
    const gone = current(bare(data.accountId ?? ''));
    if (gone !== undefined) gone.to = seq + 1;
  }
}

export interface TimelineRow {
  readonly conversation: string;
  readonly seq: number;
  readonly message: string;
}

export async function readTimeline(database: pg.Client): Promise<TimelineRow[]> {
  const { rows } = await database.query<{ conversation_id: string; seq: number; event_id: string }>(
    'SELECT conversation_id, seq::int4 AS seq, event_id FROM timeline WHERE message ORDER BY position',
  );
  return rows.map((row) => ({ conversation: bare(row.conversation_id), seq: row.seq, message: bare(row.event_id) }));
}

export interface ShownReaction {
  readonly conversation: string;
  readonly target: number;
  readonly account: string;
  readonly emoji: string;
}

/** The read model's reactions. */
export async function readReactions(database: pg.Client): Promise<ShownReaction[]> {
  const { rows } = await database.query<{
    conversation_id: string;
    target_seq: number;
    account_id: string;
    emoji: string;
  }>('SELECT conversation_id, target_seq, account_id, emoji FROM reactions WHERE emoji IS NOT NULL');
  return rows.map((row) => ({
    conversation: bare(row.conversation_id),
    target: row.target_seq,
    account: bare(row.account_id),
    emoji: row.emoji,
  }));
}

/** The read model's watermarks, per device. */
export async function readWatermarks(database: pg.Client): Promise<LoggedWatermark[]> {
  const { rows } = await database.query<{
    conversation_id: string;
    account_id: string;
    device_id: string;
    delivered: number;
    read: number;
  }>(
    'SELECT conversation_id, account_id, device_id, greatest(delivered, 0)::int4 AS delivered, greatest(read, 0)::int4 AS read FROM watermarks',
  );
  return rows.map((row) => ({
    conversation: bare(row.conversation_id),
    account: bare(row.account_id),
    device: bare(row.device_id),
    delivered: row.delivered,
    read: row.read,
  }));
}
