import type { OpenedEvent } from '../../platform/keys/opener.js';
import type { Row } from './naiveFold.js';
import { foldLink } from './naiveLinks.js';

type TableOf = (name: string) => Map<string, Row>;
type Raise = (event: OpenedEvent, id: string, author: string, device: string, seq: number) => unknown;
type Data = Readonly<Record<string, unknown>>;

const MESSAGE_KINDS = ['text', 'sealed', 'contact', 'location', 'poll'];

/** The part of the naive fold for the streams of conversations. JSON columns as the text that sorts their keys. */
export function foldConversation(table: TableOf, raise: Raise): (event: OpenedEvent, id: string, data: Data) => void {
  // Only to find rows without looking through all of them.
  const memberships = new Map<string, Row>();
  const repeats = new Map<string, Row[]>();
  const pins = new Map<string, Map<string | null, Row>>();
  const pin = (message: string, onlyFor: string | null, row: Row): void => {
    table('pins').set(`${message} ${onlyFor ?? ''}`, row);
    pins.set(message, new Map(pins.get(message)).set(onlyFor, row));
  };
  const current = (conversation: string, account: string): Row | undefined => {
    const row = memberships.get(`${conversation} ${account}`);
    return row?.['to_seq'] === null ? row : undefined;
  };

  return (event, id, data) => {
    const seq = event.revision;
    const position = String(event.position);
    const occurredAt = event.metadata.occurredAt;
    const { account: author = null, device = null } = event.metadata.actor ?? {};
    const target = typeof data['target'] === 'number' ? data['target'] : null;

    const join = (account: string, role: string, from: number): void => {
      if (current(id, account) !== undefined) return;
      const membership: Row = {
        conversation_id: id,
        account_id: account,
        role,
        from_seq: from,
        joined_seq: seq,
        to_seq: null,
        left_at: null,
        own_seq: null,
        own_at: null,
        position,
        left_info: null,
      };
      memberships.set(`${id} ${account}`, membership);
      table('memberships').set(`${id} ${account} ${seq}`, membership);
    };
    const leave = (account: string): void => {
      const { name, description, avatar, settings } = table('conversations').get(id) ?? {};
      const info = json({ name, description, avatar, settings: parse(settings) });
      Object.assign(current(id, account) ?? {}, { to_seq: seq + 1, left_at: occurredAt, position, left_info: info });
    };
    const setRole = (account: string, role: string): void => {
      Object.assign(current(id, account) ?? {}, { role, position });
    };
    const begin = (kind: string, info: Row): void => {
      table('conversations').set(id, {
        id,
        kind,
        head_seq: 0,
        last_message_seq: null,
        last_at: occurredAt,
        shown_seq: data['withheld'] === true ? -1 : 0,
        shown_at: occurredAt,
        last_position: position,
        started_position: position,
        name: null,
        description: null,
        avatar: null,
        settings: null,
        timer_seconds: null,
        ...info,
      });
    };
    const receive = (account: string): void => {
      const row: Row = { conversation_id: id, account_id: account, from_seq: seq, to_seq: null };
      table('broadcast_recipients').set(`${id} ${account} ${seq}`, row);
    };
    const closeRequest = (account: string): void => {
      Object.assign(table('join_requests').get(`${id} ${account}`) ?? {}, { open: false, seq });
    };
    const head = table('conversations').get(id);
    const change = (key: string, row: Row): void => {
      Object.assign(head ?? {}, { [key]: row[key] ?? null });
    };

    // What is withheld changes only the row of what is withheld itself.
    const hidden = data['withheld'] === true;
    const idle = hidden && table('timeline').get(`${id} ${String(target)}`)?.['withheld'] !== true;

    foldLink(table, event, id, data);
    switch (event.type) {
      case 'ConversationStarted':
        begin(data['kind'] as string, {});
        for (const member of data['members'] as string[]) join(member, 'member', 0);
        break;
      case 'GroupCreated':
        begin('group', {
          name: event.opened['name'] ?? null,
          description: event.opened['description'] ?? null,
          avatar: (data['avatar'] as string | undefined) ?? null,
          settings: json(data['settings']),
        });
        for (const member of data['members'] as { accountId: string; role: string }[])
          join(member.accountId, member.role, 0);
        break;
      case 'ChannelCreated':
        begin('channel', {
          name: event.opened['name'] ?? null,
          description: event.opened['description'] ?? null,
          avatar: (data['avatar'] as string | undefined) ?? null,
          settings: json(data['settings']),
        });
        join(author ?? '', 'owner', 0);
        table('channels').set(id, { conversation_id: id, handle: data['handle'] as string });
        break;
      case 'CommunityCreated':
        begin('community', {
          name: event.opened['name'] ?? null,
          description: event.opened['description'] ?? null,
          avatar: (data['avatar'] as string | undefined) ?? null,
          settings: json(data['settings']),
        });
        join(author ?? '', 'owner', 0);
        break;
      case 'CommunityDeactivated':
        for (const row of table('memberships').values())
          if (row['conversation_id'] === id && row['to_seq'] === null) leave(String(row['account_id']));
        break;
      case 'BroadcastListCreated':
        begin('broadcast', { name: event.opened['name'] ?? null });
        join(author ?? '', 'owner', 0);
        for (const account of data['recipients'] as string[]) receive(account);
        break;
      case 'RecipientsChanged':
        for (const row of table('broadcast_recipients').values())
          if (row['conversation_id'] === id && (data['removed'] as string[]).includes(String(row['account_id'])))
            row['to_seq'] ??= seq;
        for (const account of data['added'] as string[]) receive(account);
        break;
      case 'MembersAdded': {
        for (const member of data['members'] as string[]) {
          if (table('memberships').get(`${id} ${member} 0`)?.['role'] === 'follower')
            table('memberships').delete(`${id} ${member} 0`);
          join(member, 'member', data['sharedHistory'] === true ? 0 : seq);
          closeRequest(member);
        }
        const link = table('invite_links').get(`${id} ${data['linkId'] as string}`);
        if (link !== undefined) Object.assign(link, { uses: Number(link['uses']) + 1, last_use_seq: seq });
        break;
      }
      case 'MemberRemoved':
      case 'MemberLeft':
        leave(data['accountId'] as string);
        if (data['newOwner'] !== undefined) setRole(data['newOwner'] as string, 'owner');
        break;
      case 'RoleChanged':
        setRole(data['accountId'] as string, data['role'] as string);
        break;
      case 'GroupInfoChanged':
        for (const field of ['name', 'description'])
          if (field in data) change(field, { [field]: event.opened[field] ?? null });
        if ('avatar' in data) change('avatar', { avatar: data['avatar'] as string | null });
        break;
      case 'GroupSettingsChanged':
        change('settings', { settings: json({ ...parse(head?.['settings']), ...data }) });
        break;
      case 'TimerChanged':
        if (!hidden) change('timer_seconds', { timer_seconds: data['seconds'] as number | null });
        break;
      case 'InviteLinkCreated':
        table('invite_links').set(`${id} ${data['linkId'] as string}`, {
          conversation_id: id,
          link_id: data['linkId'] as string,
          token_hash: data['tokenHash'] as string,
          created_by: author,
          created_at: occurredAt,
          expires_at: (data['expiresAt'] as number | undefined) ?? null,
          max_uses: (data['maxUses'] as number | undefined) ?? null,
          uses: 0,
          last_use_seq: null,
          revoked_at: null,
        });
        break;
      case 'InviteLinkRevoked':
        Object.assign(table('invite_links').get(`${id} ${data['linkId'] as string}`) ?? {}, { revoked_at: occurredAt });
        break;
      case 'JoinRequested': {
        const account = data['accountId'] as string;
        table('join_requests').set(`${id} ${account}`, {
          conversation_id: id,
          account_id: account,
          link_id: (data['linkId'] as string | undefined) ?? null,
          open: true,
          at: occurredAt,
          seq,
        });
        break;
      }
      case 'JoinDeclined':
        closeRequest(data['accountId'] as string);
        break;
      case 'ReactionChanged':
        table('reactions').set(`${id} ${String(target)} ${String(author)} ${hidden}`, {
          conversation_id: id,
          target_seq: target,
          account_id: author,
          emoji: data['emoji'] as string | null,
          withheld: hidden,
          seq,
        });
        break;
      case 'PollVoted':
        table('poll_votes').set(`${id} ${String(target)} ${String(author)} ${hidden}`, {
          conversation_id: id,
          target_seq: target,
          account_id: author,
          options: json(data['options']),
          withheld: hidden,
          seq,
        });
        break;
      case 'ViewOnceOpened': {
        const key = `${id} ${String(target)} ${String(author)}`;
        const opening = { conversation_id: id, target_seq: target, account_id: author, at: occurredAt, seq };
        if (!table('view_once_openings').has(key)) table('view_once_openings').set(key, opening);
        break;
      }
      case 'MessagePinned':
      case 'MessageUnpinned':
        pin(`${id} ${String(target)}`, hidden ? author : null, {
          conversation_id: id,
          target_seq: target,
          pinned: event.type === 'MessagePinned',
          by_account: author,
          at: occurredAt,
          only_for: hidden ? author : null,
          seq,
        });
        break;
    }

    const content = (data['content'] ?? {}) as Data;
    const isMessage = event.type === 'MessageSent';
    const said = isMessage ? content : data;
    const prefix = isMessage ? 'content.' : '';
    const { kind: _kind, text: _text, algorithm: _algorithm, bytes: _bytes, ...rest } = said;
    if (!isMessage)
      for (const own of ['target', 'mentions', 'tokenHash', 'withheld']) Reflect.deleteProperty(rest, own);
    for (const field of Object.keys(rest))
      if (prefix + field in event.opened) (rest as Record<string, unknown>)[field] = event.opened[prefix + field];
    const words = event.opened[`${prefix}text`] ?? null;
    const kind = isMessage ? (content['kind'] as string) : event.type.replace(/\B([A-Z])/g, '_$1').toLowerCase();
    const at = isMessage ? (data['at'] as number) : occurredAt;
    const saysText = kind === 'text' || kind === 'message_edited';
    const entry: Row = {
      conversation_id: id,
      seq,
      position,
      event_id: event.id,
      kind,
      message: MESSAGE_KINDS.includes(kind),
      author_id: author,
      device_id: device,
      client_id: (data['clientId'] as string | undefined) ?? null,
      at,
      text: saysText ? words : null,
      algorithm: (content['algorithm'] as string | undefined) ?? null,
      payload: (content['bytes'] as string | undefined) ?? null,
      fingerprint: (data['fingerprint'] as string | undefined) ?? null,
      target_seq: target,
      body: Object.keys(rest).length === 0 ? null : json(rest),
      reply_to: (data['replyTo'] as number | undefined) ?? null,
      hops: (data['hops'] as number | undefined) ?? null,
      mentions: data['mentions'] === undefined ? null : json(data['mentions']),
      withheld: data['withheld'] === true,
      view_once: data['viewOnce'] === true,
      expires_at: (data['expiresAt'] as number | undefined) ?? null,
      original: null,
      edited_seq: null,
      edited_at: null,
      deleted_at: null,
      deleted_by: null,
      erased: saysText ? words === null : isMessage && Object.values(rest).includes(null),
    };
    table('timeline').set(`${id} ${seq}`, entry);
    if (['message_edited', 'link_preview_added', 'location_updated'].includes(kind)) {
      const key = `${id} ${String(target)}`;
      repeats.set(key, [...(repeats.get(key) ?? []), entry]);
    }
    const now = table('conversations').get(id);
    if (now !== undefined && seq > 0) Object.assign(now, { head_seq: seq, last_position: position });
    if (isMessage && now !== undefined) Object.assign(now, { last_message_seq: seq, last_at: at });
    if (!hidden) Object.assign(now ?? {}, { shown_seq: seq }, isMessage ? { shown_at: at } : {});
    else if (author !== null) {
      const moves = isMessage || event.type === 'ConversationStarted';
      Object.assign(current(id, author) ?? {}, { own_seq: seq }, moves ? { own_at: at } : {});
    }
    if (isMessage && author !== null && device !== null) raise(event, id, author, device, seq);

    const message = table('timeline').get(`${id} ${String(target)}`);
    const nothing = { text: null, original: null, algorithm: null, payload: null, body: null, erased: true };
    const silence = (of: number): void => {
      const key = `${id} ${of}`;
      for (const row of [table('timeline').get(key) ?? {}, ...(repeats.get(key) ?? [])])
        Object.assign(row, nothing, { mentions: null });
      for (const pinned of pins.get(key)?.values() ?? [])
        if (pinned['pinned'] === true) Object.assign(pinned, { pinned: false, seq });
    };
    const addToBody = (more: object): void => {
      if (message !== undefined && message['body'] !== null)
        message['body'] = json({ ...parse(message['body']), ...more });
    };
    switch (event.type) {
      case 'MessageEdited':
        if (message === undefined || idle) break;
        if (message['erased'] === true || words === null) message['original'] = null;
        else if (message['edited_seq'] === null) message['original'] = message['text'] ?? null;
        Object.assign(message, {
          text: message['erased'] === true ? null : words,
          mentions: data['mentions'] === undefined ? null : json(data['mentions']),
          edited_at: occurredAt,
          edited_seq: seq,
          erased: message['erased'] === true || words === null,
        });
        break;
      case 'MessageDeleted':
        if (target === null) break;
        silence(target);
        Object.assign(message ?? {}, { deleted_at: occurredAt, deleted_by: author });
        break;
      case 'MessagesExpired':
        for (const of of data['targets'] as number[]) silence(of);
        break;
      case 'PollClosed':
        if (!idle) addToBody({ closedAt: occurredAt });
        break;
      case 'LocationEnded':
        if (!idle) addToBody({ endedAt: occurredAt });
        break;
      case 'LocationUpdated':
        if (!idle) addToBody({ place: event.opened['place'] ?? null, placeAt: occurredAt });
        for (const row of repeats.get(`${id} ${String(target)}`) ?? [])
          if (row['kind'] === kind && row !== entry && (row['withheld'] === true || !hidden))
            Object.assign(row, { body: null, erased: true });
        break;
      case 'ViewOnceOpened':
        if (data['everyone'] === true)
          Object.assign(message ?? {}, nothing, { erased: message?.['erased'] === true || !idle });
        break;
    }
  };
}

/** As the comparison reads a JSON column: keys in order. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function parse(text: unknown): object {
  return typeof text === 'string' ? (JSON.parse(text) as object) : {};
}
