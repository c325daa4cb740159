import type { Visibility } from '../../domain/presence/index.js';
import { parseTypingSignal, TYPING_MS, typingTopic, type TypingKind } from '../../domain/typing/index.js';
import type { Clock } from '../../platform/clock/port.js';
import type { Logger } from '../../platform/observability/logger.js';
import type { Signals } from '../../platform/signals/port.js';
import { encodeId } from '../kit/nodeIds.js';
import { TypingSource, type TypingItem, type TypingRegistry } from './source.js';

export interface TypingRooms {
  /** The caller has seen that the viewer is a member. */
  watch(viewer: string, conversationId: string): TypingSource;
  /** From the log: who has sent the message is no longer typing it. */
  messageSent(conversationId: string, accountId: string, at: number): void;
  /** Once a second: tells the end of what was not repeated. */
  sweep(): void;
  /** Resolves when everything so far has been told. */
  settled(): Promise<void>;
}

export interface TypingRoomsDeps {
  readonly signals: Pick<Signals, 'subscribe'>;
  readonly visibility: Visibility;
  readonly isMember: (conversationId: string, accountId: string) => boolean | Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly onTold: () => void;
}

interface Typist {
  kind: TypingKind;
  expiresAt: number;
}

/** A conversation to which somebody on this node listens. */
interface Room {
  readonly conversationId: string;
  readonly sources: Set<TypingSource>;
  readonly typists: Map<string, Typist>;
  /** When the last message of each was sent: a signal that is older comes late. */
  readonly spoke: Map<string, number>;
  readonly unsubscribe: () => void;
  /** What is told is told in order, though who may hear it can take a look-up. */
  told: Promise<void>;
}

export function typingRooms(deps: TypingRoomsDeps): TypingRooms {
  const { signals, visibility, clock } = deps;
  const rooms = new Map<string, Room>();

  const tellOne = async (room: Room, source: TypingSource, accountId: string, item: TypingItem): Promise<void> => {
    const { viewer } = source;
    if (viewer === accountId) return;
    const { kind } = item.notice;
    if (source.knows(accountId) === kind) return;
    if (!(await deps.isMember(room.conversationId, viewer))) {
      source.end();
      return;
    }
    // Whoever types is online: who may not know that does not hear of it.
    if (kind !== 'NONE' && !(await visibility.sight(viewer, accountId)).online) return;
    if (source.deliver(accountId, item)) deps.onTold();
  };

  const tell = (room: Room, accountId: string, kind: TypingKind, to: Iterable<TypingSource> = room.sources): void => {
    const expiresAt = room.typists.get(accountId)?.expiresAt ?? null;
    const notice = { accountId: encodeId('account', accountId), kind, expiresAt };
    const item: TypingItem = { notice, rendered: new Map() };
    const sources = [...to];
    room.told = room.told
      .then(() => Promise.all(sources.map((source) => tellOne(room, source, accountId, item))))
      .then(
        () => undefined,
        (error: unknown) => {
          deps.logger.warn({ err: error }, 'it is not known who may hear who types');
        },
      );
  };

  const end = (room: Room, accountId: string): void => {
    if (room.typists.delete(accountId)) tell(room, accountId, 'NONE');
  };

  const hear = (room: Room, payload: string): void => {
    const { accountId, kind, at } = parseTypingSignal(payload);
    if (kind === 'NONE') {
      end(room, accountId);
      return;
    }
    if (at <= (room.spoke.get(accountId) ?? 0)) return;
    const before = room.typists.get(accountId)?.kind;
    room.typists.set(accountId, { kind, expiresAt: clock.now() + TYPING_MS });
    if (before !== kind) tell(room, accountId, kind);
  };

  const open = (conversationId: string): Room => {
    const room: Room = {
      conversationId,
      sources: new Set(),
      typists: new Map(),
      spoke: new Map(),
      unsubscribe: signals.subscribe(typingTopic(conversationId), (payload) => {
        hear(room, payload);
      }),
      told: Promise.resolve(),
    };
    rooms.set(conversationId, room);
    return room;
  };

  const registry: TypingRegistry = {
    add(source) {
      const room = rooms.get(source.conversationId) ?? open(source.conversationId);
      room.sources.add(source);
      for (const [accountId, { kind }] of room.typists) tell(room, accountId, kind, [source]);
    },
    remove(source) {
      const room = rooms.get(source.conversationId);
      if (room?.sources.delete(source) !== true || room.sources.size > 0) return;
      room.unsubscribe();
      rooms.delete(source.conversationId);
    },
  };

  return {
    watch: (viewer, conversationId) => new TypingSource(registry, viewer, conversationId),
    messageSent(conversationId, accountId, at) {
      const room = rooms.get(conversationId);
      if (room === undefined) return;
      room.spoke.set(accountId, at);
      end(room, accountId);
    },
    sweep() {
      const now = clock.now();
      for (const room of rooms.values()) {
        for (const [accountId, { expiresAt }] of room.typists) if (expiresAt <= now) end(room, accountId);
        for (const [accountId, at] of room.spoke) if (at + TYPING_MS <= now) room.spoke.delete(accountId);
      }
    },
    async settled() {
      await Promise.all([...rooms.values()].map(({ told }) => told));
    },
  };
}
