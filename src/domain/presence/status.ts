/** What is the case with an account. `lastSeenAt`: when it last went offline, in milliseconds since the epoch; null: not known. */
export interface PresenceStatus {
  readonly online: boolean;
  readonly lastSeenAt: number | null;
}

/** What a viewer may know of an account. */
export interface Sight {
  readonly online: boolean;
  readonly lastSeen: boolean;
}

/** What a viewer is told; null: not shown, or nothing to show. */
export interface SeenPresence {
  readonly online: boolean | null;
  readonly lastSeenAt: number | null;
}

export const FULL_SIGHT: Sight = { online: true, lastSeen: true };
export const NO_SIGHT: Sight = { online: false, lastSeen: false };

/** When somebody was last seen is nothing to show while they are seen to be there. */
export function seen({ online, lastSeenAt }: PresenceStatus, sight: Sight): SeenPresence {
  return {
    online: sight.online ? online : null,
    lastSeenAt: sight.lastSeen && !(sight.online && online) ? lastSeenAt : null,
  };
}

export function sameSeen(one: SeenPresence, other: SeenPresence): boolean {
  return one.online === other.online && one.lastSeenAt === other.lastSeenAt;
}

/** The privacy settings and blocks of people, as they are now. */
export interface Visibility {
  sight(viewer: string, account: string): Sight | Promise<Sight>;
}
