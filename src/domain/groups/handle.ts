import type { Clock } from '../../platform/clock/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { Ids } from '../../platform/ids/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { LimitName } from '../../platform/limits/limits.js';
import type { Limiter } from '../../platform/limits/port.js';
import {
  DEFAULT_SETTINGS,
  isMember,
  type Actor,
  type ConversationEventType,
  type ConversationState,
  type ConversationStates,
  type ConversationWriter,
  type GroupSettings,
  type Role,
} from '../conversations/index.js';
import { conversationKeyRef, conversationSealer, type FieldSealer } from '../shared/conversationSeal.js';
import {
  changedTexts,
  checkTexts,
  firstTexts,
  textSize,
  type ConversationTexts,
  type TextRefusal,
} from '../shared/conversationTexts.js';
import { uuidv8 } from '../shared/ids.js';
import { checkText } from '../shared/text.js';
import type { GroupCommand } from './commands.js';
import { decideGroup, findLink, joinWaits, MAX_MEMBERS, type GroupRejection } from './decide.js';
import { hashToken, newLinkToken, parseLinkToken } from './links.js';

/** Who was not added, and why: `invite`, because they let only others add them; a link can be sent to them instead. */
export interface NotAdded {
  readonly accountId: string;
  readonly reason: 'invite' | 'no_such_account';
}

export interface GroupChanged {
  readonly outcome: 'done';
  readonly conversationId: string;
  /** Of the event that was written; undefined: it was so already. */
  readonly position: Position | undefined;
  readonly notAdded: readonly NotAdded[];
  /** Whether the account that asked is a member now. */
  readonly member: boolean;
}

export type Refused =
  | { readonly outcome: GroupRejection }
  | ({ readonly outcome: 'invalid_text' } & TextRefusal)
  | { readonly outcome: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly outcome: 'busy'; readonly retryAfterMs: number };

export type GroupOutcome = GroupChanged | Refused;

interface InGroup {
  readonly actor: Actor;
  readonly conversationId: string;
}

export interface CreateGroup extends ConversationTexts {
  readonly actor: Actor;
  readonly clientId: string;
  readonly name: string;
  readonly members: readonly string[];
  readonly settings?: Partial<GroupSettings>;
}

export interface NewLink {
  readonly linkId: string;
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Each settles when its event is durable. Repeating one changes nothing, but for `createLink`. */
export interface GroupHandlers {
  /** Idempotent for ever by (account, client id): the first one's group is the answer, whatever a repeat says. */
  create(request: CreateGroup): Promise<GroupOutcome>;
  addMembers(request: InGroup & { readonly members: readonly string[] }): Promise<GroupOutcome>;
  removeMember(request: InGroup & { readonly accountId: string }): Promise<GroupOutcome>;
  leave(request: InGroup): Promise<GroupOutcome>;
  changeRole(request: InGroup & { readonly accountId: string; readonly role: Role }): Promise<GroupOutcome>;
  changeInfo(request: InGroup & ConversationTexts): Promise<GroupOutcome>;
  changeSettings(request: InGroup & { readonly settings: Partial<GroupSettings> }): Promise<GroupOutcome>;
  /** The token is told here and never again. */
  createLink(
    request: InGroup & { readonly expiresAt?: number; readonly maxUses?: number },
  ): Promise<(GroupChanged & NewLink) | Refused>;
  revokeLink(request: InGroup & { readonly linkId: string }): Promise<GroupOutcome>;
  /** Makes a request where the group has approval on: then `member` is false. */
  /** One of the community's groups, by a member of it. */
  joinFrom(request: InGroup & { readonly communityId: string }): Promise<GroupOutcome>;
  join(request: { readonly actor: Actor; readonly token: string }): Promise<GroupOutcome>;
  approveJoin(request: InGroup & { readonly accountId: string }): Promise<GroupOutcome>;
  /** By the one who asked, too: the request is taken back. */
  declineJoin(request: InGroup & { readonly accountId: string }): Promise<GroupOutcome>;
  /** Where a link leads, and whether the account would wait there for an admin; null when it does not work. */
  followLink(
    token: string,
    account: string,
  ): Promise<{ readonly conversationId: string; readonly approval: boolean } | null>;
}

export interface GroupDeps {
  readonly writer: ConversationWriter;
  readonly states: Pick<ConversationStates, 'load' | 'refresh'>;
  readonly keys: Pick<KeyStore, 'ensure'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limiter: Limiter;
  readonly existing: (accountIds: readonly string[]) => Promise<ReadonlySet<string>>;
  /** By the read model, of one that is no member: whether an admin removed it, however long ago. */
  readonly isRemoved: (conversationId: string, account: string) => Promise<boolean>;
  /** Whether an account lets this one add it to groups. */
  readonly mayAdd: (actor: string, account: string) => 'yes' | 'invite' | Promise<'yes' | 'invite'>;
}

/** Commands by which somebody comes in: of a community's group they depend on the community. */
const COMES: ReadonlySet<GroupCommand['type']> = new Set(['addMembers', 'join', 'joinFrom', 'approveJoin']);
const MAX_CLIENT_ID = 128;
const EVENT_OVERHEAD = 600;
const BYTES_A_MEMBER = 80;

/** One id an account and client id, so that a repeat finds the group it made. */
export function groupId(account: string, clientId: string): string {
  return uuidv8(`group:${account}:${clientId}`);
}

export function groupHandlers({
  writer,
  states,
  keys,
  clock,
  ids,
  limiter,
  existing,
  isRemoved,
  mayAdd,
}: GroupDeps): GroupHandlers {
  /** The state knows of those who went lately. */
  const wasRemovedLongAgo = async (conversationId: string, account: string): Promise<boolean> => {
    const { state } = await states.load(conversationId);
    if (state.kind === 'absent' || state.members.has(account) || state.left.has(account)) return false;
    return isRemoved(conversationId, account);
  };

  const limited = async (limit: LimitName, key: string, points?: number): Promise<Refused | undefined> => {
    const taken = await limiter.take(limit, key, points);
    return taken.ok ? undefined : { outcome: 'rate_limited', retryAfterMs: taken.retryAfterMs };
  };

  /** One event at most, whose id is known before it is decided: what is sealed in it is bound to that id. */
  const submit = async (
    conversationId: string,
    actor: Actor,
    command: GroupCommand,
    { eventId = ids.next(), size = 0, notAdded = [] }: { eventId?: string; size?: number; notAdded?: NotAdded[] } = {},
  ): Promise<GroupOutcome> => {
    const metadata = { occurredAt: clock.now(), actor };
    let community: ConversationState | undefined;
    type Answer = { readonly rejected: GroupRejection } | { readonly member: boolean };
    const written = await writer.submit<Answer>(conversationId, {
      size: EVENT_OVERHEAD + size,
      gather({ state }) {
        const id = COMES.has(command.type) && state.kind === 'group' ? state.community?.id : undefined;
        community = undefined;
        return id === undefined ? undefined : states.refresh(id).then((loaded) => void (community = loaded.state));
      },
      decide(state) {
        const decision = decideGroup(state, command, community);
        if ('rejected' in decision) return { answer: decision };
        if (decision.events.length === 0) return { answer: { member: isMember(state, actor.account) } };
        return { events: decision.events.map(({ type, data }) => ({ id: eventId, type, data, metadata })) };
      },
    });
    const done = { outcome: 'done', conversationId, notAdded } as const;
    switch (written.kind) {
      case 'appended': {
        const type = written.events[0]!.type as ConversationEventType;
        const member = type !== 'MemberLeft' && type !== 'JoinRequested' && command.type !== 'declineJoin';
        return { ...done, position: written.position, member };
      }
      case 'answered':
        return 'rejected' in written.answer
          ? { outcome: written.answer.rejected }
          : { ...done, position: undefined, member: written.answer.member };
      case 'busy':
        return { outcome: 'busy', retryAfterMs: written.retryAfterMs };
      case 'known':
        throw new Error('a command without a message was answered with one');
    }
  };

  /** Who of them can be added, and who not. */
  const sift = async (
    actor: Actor,
    accounts: readonly string[],
  ): Promise<{ readonly members: readonly string[]; readonly notAdded: NotAdded[] }> => {
    const found = await existing(accounts);
    const verdicts = await Promise.all(
      accounts.map(async (accountId) =>
        found.has(accountId) ? mayAdd(actor.account, accountId) : ('no_such_account' as const),
      ),
    );
    const notAdded: NotAdded[] = [];
    for (const [index, reason] of verdicts.entries())
      if (reason !== 'yes') notAdded.push({ accountId: accounts[index]!, reason });
    return { members: accounts.filter((_account, index) => verdicts[index] === 'yes'), notAdded };
  };

  const sealerOf = async (
    conversationId: string,
    type: ConversationEventType,
  ): Promise<{ readonly eventId: string; readonly sealed: FieldSealer }> => {
    const eventId = ids.next();
    const key = await keys.ensure(conversationKeyRef(conversationId));
    return { eventId, sealed: conversationSealer(key, conversationId, { id: eventId, type }) };
  };

  const change = async ({ conversationId, actor }: InGroup, command: GroupCommand): Promise<GroupOutcome> =>
    (await limited('changeGroup', actor.account)) ?? submit(conversationId, actor, command);

  return {
    async create({ actor, clientId, members, settings, ...given }) {
      const badId = checkText(clientId, { max: MAX_CLIENT_ID });
      if (badId !== null) return { outcome: 'invalid_text', field: 'clientId', reason: badId };
      const checked = checkTexts(given);
      if ('problem' in checked) return { outcome: 'invalid_text', ...checked.problem };
      const conversationId = groupId(actor.account, clientId);
      const others = [...new Set(members)].filter((accountId) => accountId !== actor.account);
      if (others.length >= MAX_MEMBERS) return { outcome: 'group_full' };
      const known = (await states.load(conversationId)).revision >= 0;
      const refused = known
        ? undefined
        : ((await limited('createGroup', actor.account)) ??
          (await limited('addMembers', actor.account, Math.max(1, others.length))));
      if (refused !== undefined) return refused;
      const sifted = await sift(actor, others);
      const { eventId, sealed } = await sealerOf(conversationId, 'GroupCreated');
      const command = {
        type: 'create',
        by: actor.account,
        members: sifted.members,
        ...firstTexts(checked.texts, sealed),
        settings: { ...DEFAULT_SETTINGS, ...settings },
      } as const;
      const size = textSize(checked.texts) + others.length * BYTES_A_MEMBER;
      return submit(conversationId, actor, command, { eventId, size, notAdded: sifted.notAdded });
    },

    async addMembers({ conversationId, actor, members }) {
      const { state } = await states.load(conversationId);
      const others = [...new Set(members)].filter((accountId) => !isMember(state, accountId));
      if (others.length >= MAX_MEMBERS) return { outcome: 'group_full' };
      const refused = await limited('addMembers', actor.account, Math.max(1, others.length));
      if (refused !== undefined) return refused;
      // Who may not add learns nothing about those that they named: that decision comes first in the answer.
      const sifted = await sift(actor, others);
      const command = { type: 'addMembers', by: actor.account, members: sifted.members } as const;
      const size = others.length * BYTES_A_MEMBER;
      return submit(conversationId, actor, command, { size, notAdded: sifted.notAdded });
    },

    removeMember: (request) =>
      change(request, { type: 'removeMember', by: request.actor.account, accountId: request.accountId }),
    leave: (request) => change(request, { type: 'leave', by: request.actor.account }),
    changeRole: (request) => {
      const { actor, accountId, role } = request;
      return change(request, { type: 'changeRole', by: actor.account, accountId, role });
    },

    async changeInfo({ conversationId, actor, ...given }) {
      const checked = checkTexts(given);
      if ('problem' in checked) return { outcome: 'invalid_text', ...checked.problem };
      const refused = await limited('changeGroup', actor.account);
      if (refused !== undefined) return refused;
      // No key is made for what is no group.
      if ((await states.load(conversationId)).state.kind === 'absent') return { outcome: 'not_a_member' };
      const { eventId, sealed } = await sealerOf(conversationId, 'GroupInfoChanged');
      const command = { type: 'changeInfo', by: actor.account, ...changedTexts(checked.texts, sealed) } as const;
      return submit(conversationId, actor, command, { eventId, size: textSize(checked.texts) });
    },

    changeSettings: (request) =>
      change(request, { type: 'changeSettings', by: request.actor.account, settings: request.settings }),

    async createLink({ conversationId, actor, expiresAt, maxUses }) {
      const token = newLinkToken(conversationId);
      const linkId = ids.next();
      const createdAt = clock.now();
      const done = await change(
        { conversationId, actor },
        {
          type: 'createLink',
          by: actor.account,
          linkId,
          tokenHash: hashToken(token),
          ...(expiresAt !== undefined && { expiresAt }),
          ...(maxUses !== undefined && { maxUses }),
        },
      );
      return done.outcome === 'done' ? { ...done, linkId, token, createdAt } : done;
    },

    revokeLink: (request) => change(request, { type: 'revokeLink', by: request.actor.account, linkId: request.linkId }),

    async join({ actor, token }) {
      const parsed = parseLinkToken(token);
      if (parsed === undefined) return { outcome: 'no_such_link' };
      const { conversationId, tokenHash } = parsed;
      const refused = await limited('joinGroup', actor.account);
      if (refused !== undefined) return refused;
      const by = actor.account;
      const removedLongAgo = await wasRemovedLongAgo(conversationId, by);
      return submit(conversationId, actor, { type: 'join', by, tokenHash, now: clock.now(), removedLongAgo });
    },

    async joinFrom({ conversationId, actor, communityId }) {
      const refused = await limited('joinGroup', actor.account);
      if (refused !== undefined) return refused;
      // Who is not in the community learns nothing of its groups.
      if (!isMember((await states.load(communityId)).state, actor.account)) return { outcome: 'not_a_member' };
      const by = actor.account;
      const removedLongAgo = await wasRemovedLongAgo(conversationId, by);
      return submit(conversationId, actor, { type: 'joinFrom', by, communityId, removedLongAgo });
    },

    approveJoin: (request) =>
      change(request, { type: 'approveJoin', by: request.actor.account, accountId: request.accountId }),
    declineJoin: (request) =>
      change(request, { type: 'declineJoin', by: request.actor.account, accountId: request.accountId }),

    async followLink(token, account) {
      const parsed = parseLinkToken(token);
      if (parsed === undefined) return null;
      const { conversationId, tokenHash } = parsed;
      const { state } = await states.load(conversationId);
      if (state.kind === 'absent' || typeof findLink(state, tokenHash, clock.now()) === 'string') return null;
      const approval = joinWaits(state, account, await wasRemovedLongAgo(conversationId, account));
      return { conversationId, approval };
    },
  };
}
