import type { Position } from '../../platform/eventStore/port.js';
import type { LiveSource } from './source.js';

export interface ChannelFollowersDeps {
  /** The channels that the account follows, as the read model has it. */
  readonly load: (accountId: string) => Promise<readonly string[]>;
  readonly waitForProjection: (position: Position) => Promise<void>;
}

/** Who of those with a subscription on this node follows which channel. Who follows beside them is of no interest here. */
export interface ChannelFollowers {
  /** Before the source goes live. True when its account follows a channel: what was said there meanwhile is to be replayed. */
  attach(source: LiveSource): Promise<boolean>;
  detach(source: LiveSource): void;
  /** From the log, in order. */
  changed(accountId: string, channelId: string, following: boolean, position: Position): void;
  of(channelId: string): ReadonlySet<string>;
}

interface Attached {
  readonly sources: Set<LiveSource>;
  readonly channels: Set<string>;
  /** What the log said while the read model was asked, which may have answered before. */
  readonly newer: Set<string>;
  readonly ready: Promise<void>;
}

const NOBODY: ReadonlySet<string> = new Set();

export function channelFollowers({ load, waitForProjection }: ChannelFollowersDeps): ChannelFollowers {
  const accounts = new Map<string, Attached>();
  const channels = new Map<string, Set<string>>();
  let lastChange: Position | undefined;

  const add = (accountId: string, { channels: followed }: Attached, channelId: string): void => {
    followed.add(channelId);
    const followers = channels.get(channelId);
    if (followers === undefined) channels.set(channelId, new Set([accountId]));
    else followers.add(accountId);
  };
  const remove = (accountId: string, channelId: string): void => {
    const followers = channels.get(channelId);
    followers?.delete(accountId);
    if (followers?.size === 0) channels.delete(channelId);
  };

  const begin = (accountId: string): Attached => {
    const attached: Attached = {
      sources: new Set(),
      channels: new Set(),
      newer: new Set(),
      ready: Promise.resolve().then(async () => {
        if (lastChange !== undefined) await waitForProjection(lastChange);
        for (const channelId of await load(accountId))
          if (accounts.get(accountId) === attached && !attached.newer.has(channelId))
            add(accountId, attached, channelId);
      }),
    };
    accounts.set(accountId, attached);
    return attached;
  };

  const detach = (source: LiveSource): void => {
    const attached = accounts.get(source.accountId);
    if (attached === undefined || !attached.sources.delete(source) || attached.sources.size > 0) return;
    accounts.delete(source.accountId);
    for (const channelId of attached.channels) remove(source.accountId, channelId);
  };

  return {
    async attach(source) {
      const attached = accounts.get(source.accountId) ?? begin(source.accountId);
      attached.sources.add(source);
      await attached.ready.catch((error: unknown) => {
        detach(source);
        throw error;
      });
      return attached.channels.size > 0;
    },
    detach,
    changed(accountId, channelId, following, position) {
      lastChange = position;
      const attached = accounts.get(accountId);
      if (attached === undefined) return;
      attached.newer.add(channelId);
      if (following) {
        add(accountId, attached, channelId);
        return;
      }
      attached.channels.delete(channelId);
      remove(accountId, channelId);
    },
    of: (channelId) => channels.get(channelId) ?? NOBODY,
  };
}
