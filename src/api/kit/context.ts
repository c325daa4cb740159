import type pg from 'pg';
import type { AccountHandlers } from '../../domain/accounts/index.js';
import type { CaseHandlers } from '../../domain/cases/index.js';
import type { ContactHandlers, Relations } from '../../domain/contacts/index.js';
import type { CommunityHandlers } from '../../domain/communities/index.js';
import type { ChannelHandlers } from '../../domain/channels/index.js';
import type { BroadcastHandlers } from '../../domain/broadcasts/index.js';
import type { ConversationHandlers } from '../../domain/conversations/index.js';
import type { DisappearingHandlers } from '../../domain/disappearing/index.js';
import type { GroupHandlers } from '../../domain/groups/index.js';
import type { ForwardHandlers, MessageChangeHandlers, MessageHandlers } from '../../domain/messages/index.js';
import type { PreferenceHandlers, ScheduledHandlers } from '../../domain/preferences/index.js';
import type { ReceiptHandlers, ReceiptTimes } from '../../domain/receipts/index.js';
import type { Cache } from '../../platform/cache/port.js';
import type { TypingHandlers } from '../../domain/typing/index.js';
import type { Clock } from '../../platform/clock/port.js';
import type { Position } from '../../platform/eventStore/port.js';
import type { KeyStore } from '../../platform/keys/port.js';
import type { Limiter } from '../../platform/limits/port.js';
import type { ReadStore } from '../../platform/readStore/port.js';
import type { Signals } from '../../platform/signals/port.js';
import type { DevelopmentOutbox } from '../../platform/sms/outbox.js';
import type { AccessTokens } from '../../platform/tokens/port.js';
import type { Cursors } from '../live/cursors.js';
import type { LiveHub } from '../live/hub.js';
import type { PresenceWatches } from '../presence/watches.js';
import type { TypingRooms } from '../typing/rooms.js';
import { createLoaders, type Loaders } from './loaders.js';

/** Who a device's token says it is; `expiresAt` in milliseconds since the epoch. */
export interface Session {
  readonly accountId: string;
  readonly deviceId: string;
  readonly expiresAt: number;
}

export interface SocketHandle {
  /** Goes on with this session until it expires. */
  renew(session: Session): void;
  close(code: number, reason: string): void;
}

/** What every resolver may use. */
export interface ApiContext {
  /** Null without a token. */
  readonly session: Session | null;
  /** The client's address, for limits. */
  readonly address: string;
  readonly transport: 'http' | 'socket';
  readonly services: Services;
  readonly loaders: Loaders;
  readonly socket?: SocketHandle;
}

export interface ApiConfig {
  readonly mode: 'development' | 'production';
  /** Development features that would let anybody in (the outbox) exist only on a loopback address. */
  readonly host: string;
}

/** Everything below the edge. */
export interface Services {
  readonly config: ApiConfig;
  readonly accounts: AccountHandlers;
  readonly contacts: ContactHandlers;
  readonly cases: CaseHandlers;
  readonly relations: Pick<Relations, 'of'>;
  readonly conversations: Pick<ConversationHandlers, 'start'>;
  readonly groups: GroupHandlers;
  readonly broadcasts: BroadcastHandlers;
  readonly channels: ChannelHandlers;
  readonly communities: CommunityHandlers;
  readonly disappearing: Pick<DisappearingHandlers, 'setTimer'>;
  readonly messages: Pick<MessageHandlers, 'send'>;
  readonly messageChanges: MessageChangeHandlers;
  readonly forwards: ForwardHandlers;
  readonly receipts: Pick<ReceiptHandlers, 'acknowledge'>;
  readonly preferences: PreferenceHandlers;
  readonly receiptTimes: ReceiptTimes;
  readonly scheduled: Pick<ScheduledHandlers, 'schedule' | 'cancel'>;
  readonly reads: Reads;
  readonly live: Pick<LiveHub, 'updates' | 'conversationUpdates' | 'position'>;
  readonly presence: Pick<PresenceWatches, 'watch' | 'see'>;
  readonly typing: TypingHandlers &
    Pick<TypingRooms, 'watch'> & {
      isMember(conversationId: string, accountId: string): Promise<boolean>;
    };
  readonly cursors: Cursors;
  readonly limiter: Limiter;
  readonly cache: Cache;
  readonly signals: Signals;
  readonly tokens: AccessTokens;
  readonly keys: Pick<KeyStore, 'hmac'>;
  readonly clock: Clock;
  /** Only with the development outbox as the SMS adapter. */
  readonly outbox?: Pick<DevelopmentOutbox, 'read'>;
}

export interface Reads {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly transaction: ReadStore['transaction'];
  /** True once every projection has passed the position; false when that took longer. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  /** The least of the projections' checkpoints, as this transaction sees them: where a snapshot's cursor stands. */
  position(db: Pick<pg.Pool, 'query'>): Promise<Position>;
}

export interface ContextInput {
  readonly session: Session | null;
  readonly address: string;
  readonly transport: 'http' | 'socket';
  readonly socket?: SocketHandle;
}

/** The context of one operation, or of one payload of a subscription: its loaders cache for as long as it lives. */
export function makeContext(services: Services, { session, address, transport, socket }: ContextInput): ApiContext {
  return new OperationContext(services, session, address, transport, socket);
}

/** A class, because Apollo Server copies the context: what its prototype has stays lazy, and cheap for what loads nothing. */
class OperationContext {
  private made: Loaders | undefined;
  declare readonly socket?: SocketHandle;

  constructor(
    readonly services: Services,
    readonly session: Session | null,
    readonly address: string,
    readonly transport: 'http' | 'socket',
    socket: SocketHandle | undefined,
  ) {
    if (socket !== undefined) this.socket = socket;
  }

  get loaders(): Loaders {
    return (this.made ??= createLoaders(this.services.reads.pool, (ids) =>
      this.services.presence.see(this.session?.accountId ?? '', ids),
    ));
  }
}

/** Who a token speaks for; null when it is not good, has ended, or its device is revoked. */
export async function authenticate(
  services: Pick<Services, 'tokens' | 'accounts' | 'clock'>,
  token: string,
): Promise<Session | null> {
  const verified = await services.tokens.verify(token);
  if (!verified.ok || verified.expiresAt <= services.clock.now()) return null;
  const { accountId, deviceId, expiresAt } = verified;
  const status = await services.accounts.devices.of(deviceId, accountId);
  return status === 'active' ? { accountId, deviceId, expiresAt } : null;
}

/** The session that the field's rule has made sure of. */
export function sessionOf(context: ApiContext): Session {
  if (context.session === null) throw new Error('a field without a rule for devices asked for the session');
  return context.session;
}

/** For handlers. */
export function actorOf(context: ApiContext): { readonly account: string; readonly device: string } {
  const { accountId, deviceId } = sessionOf(context);
  return { account: accountId, device: deviceId };
}

/** Whether the outbox may be read over this API. */
export function hasDevOutbox(services: Pick<Services, 'config' | 'outbox'>): boolean {
  return services.outbox !== undefined && services.config.mode === 'development' && isLoopback(services.config.host);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
