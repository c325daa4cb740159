import type { MessageDataOf } from '../../domain/messages/index.js';
import { streamId } from '../../domain/shared/streams.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';

/**
 * One revision of a conversation's stream as everybody is told of it, whether from the event or from its row in the read
 * model. Ids plain, times in milliseconds since the epoch.
 */
export interface TimelineEntry {
  readonly conversationId: string;
  readonly seq: number;
  readonly id: string;
  /** Of a message what it is (`text`, `sealed`, `contact`, `location`, `poll`); otherwise the event's type in snake_case. */
  readonly kind: string;
  readonly message: boolean;
  readonly authorId: string | null;
  readonly deviceId: string | null;
  readonly clientId: string | null;
  readonly at: number;
  readonly text: string | null;
  readonly algorithm: string | null;
  /** base64 */
  readonly payload: string | null;
  readonly fingerprint: string | null;
  /** The message that it is about. */
  readonly target: number | null;
  /** What is particular to the kind: the event's data, opened, less what has a field of its own here. */
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly replyTo: number | null;
  readonly hops: number | null;
  readonly mentions: 'everyone' | readonly string[] | null;
  readonly withheld: boolean;
  readonly viewOnce: boolean;
  readonly expiresAt: number | null;
  readonly erased: boolean;
}

/** Kinds that are of no concern to who is no admin. */
export const ADMIN_KINDS: ReadonlySet<string> = new Set([
  'invite_link_created',
  'invite_link_revoked',
  'join_requested',
  'join_declined',
]);

/** Kinds that say who is in a conversation. In a community they are told to its admins; to others, what is said of themselves. */
export const MEMBER_KINDS: ReadonlySet<string> = new Set([
  'members_added',
  'member_removed',
  'member_left',
  'role_changed',
]);

/** What an entry of such a kind says to one of those that it is about, and nothing of the others or of who did it. */
export function ownMembership(entry: TimelineEntry): TimelineEntry {
  const { role = null } = (entry.body ?? {}) as { readonly role?: string };
  const body = { role: entry.kind === 'members_added' ? 'member' : role };
  return { ...entry, kind: 'own_membership', authorId: null, deviceId: null, body };
}

/** Of an event of a `conversation-` stream. */
export function entryOf(event: OpenedEvent): TimelineEntry {
  return event.type === 'MessageSent' ? messageEntry(event) : otherEntry(event);
}

function messageEntry(event: OpenedEvent): TimelineEntry {
  const data = event.data as MessageDataOf<'MessageSent'>;
  const { content } = data;
  const text = content.kind === 'text' ? (event.opened['content.text'] ?? null) : null;
  const body = content.kind === 'text' || content.kind === 'sealed' ? null : bodyOf(content, event, 'content.');
  return {
    ...placeOf(event),
    kind: content.kind,
    message: true,
    clientId: data.clientId,
    at: data.at,
    text,
    algorithm: content.kind === 'sealed' ? content.algorithm : null,
    payload: content.kind === 'sealed' ? content.bytes : null,
    fingerprint: data.fingerprint,
    target: null,
    body,
    replyTo: data.replyTo ?? null,
    hops: data.hops ?? null,
    mentions: data.mentions ?? null,
    withheld: data.withheld === true,
    viewOnce: data.viewOnce === true,
    expiresAt: data.expiresAt ?? null,
    erased: content.kind === 'text' ? text === null : Object.values(body ?? {}).includes(null),
  };
}

/** In fields of the entry, or nobody's to know. */
const OWN_FIELDS = ['target', 'mentions', 'text', 'withheld', 'tokenHash'];

function otherEntry(event: OpenedEvent): TimelineEntry {
  const { target = null, mentions = null, withheld } = event.data as Partial<MessageDataOf<'MessageEdited'>>;
  const text = event.type === 'MessageEdited' ? (event.opened['text'] ?? null) : null;
  const body = bodyOf(event.data, event);
  for (const own of OWN_FIELDS) Reflect.deleteProperty(body, own);
  return {
    ...placeOf(event),
    kind: snakeCase(event.type),
    message: false,
    clientId: null,
    at: event.metadata.occurredAt,
    text,
    algorithm: null,
    payload: null,
    fingerprint: null,
    target,
    body: Object.keys(body).length === 0 ? null : body,
    replyTo: null,
    hops: null,
    mentions,
    withheld: withheld === true,
    viewOnce: false,
    expiresAt: null,
    erased: event.type === 'MessageEdited' && text === null,
  };
}

function placeOf(event: OpenedEvent): Pick<TimelineEntry, 'conversationId' | 'seq' | 'id' | 'authorId' | 'deviceId'> {
  const { account = null, device = null } = event.metadata.actor ?? {};
  return {
    conversationId: streamId(event.stream),
    seq: event.revision,
    id: event.id,
    authorId: account,
    deviceId: device,
  };
}

/** The data with each sealed field as what it says, null where that was erased. `kind` is a field of the entry. */
function bodyOf(data: object, event: OpenedEvent, prefix = ''): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data) as [string, unknown][]) {
    if (name === 'kind') continue;
    const path = prefix + name;
    body[name] = path in event.opened ? event.opened[path] : value;
  }
  return body;
}

const snakes = new Map<string, string>();

export function snakeCase(type: string): string {
  let snake = snakes.get(type);
  if (snake === undefined) {
    snake = type.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase();
    snakes.set(type, snake);
  }
  return snake;
}
