import type { SeenPresence } from '../../domain/presence/index.js';
import { PipedSource, type Renderable, type Sink } from '../live/piped.js';
import type { Presence } from './types.js';

/** What a subscription is told at once: all of its accounts first, then those that changed. */
export interface PresenceItem extends Renderable {
  readonly presences: readonly Presence[];
}

export interface PresenceRegistry {
  /** Gives the source what is the case, and what changes until it is removed. */
  add(source: PresenceSource): Promise<void>;
  remove(source: PresenceSource): void;
}

/** One subscription. Remembers what it was told, so that only what changes for this viewer is told again. */
export class PresenceSource extends PipedSource<PresenceItem> {
  private sink: Sink<PresenceItem> | undefined;
  /** Whether it has been told the first time. */
  live = false;
  private readonly told = new Map<string, SeenPresence | undefined>();

  constructor(
    private readonly registry: PresenceRegistry,
    readonly viewer: string,
    accountIds: readonly string[],
  ) {
    super();
    for (const id of accountIds) this.told.set(id, undefined);
  }

  get accountIds(): IterableIterator<string> {
    return this.told.keys();
  }

  get stopped(): boolean {
    return this.sink === undefined;
  }

  pipe(sink: Sink<PresenceItem>): void {
    this.sink = sink;
    this.registry.add(this).catch((error: unknown) => {
      this.stop();
      sink.end(error instanceof Error ? error : new Error(String(error)));
    });
  }

  stop(): void {
    if (this.sink === undefined) return;
    this.sink = undefined;
    this.live = false;
    this.registry.remove(this);
  }

  payload({ presences }: PresenceItem): unknown {
    return presences;
  }

  knows(accountId: string): SeenPresence | undefined {
    return this.told.get(accountId);
  }

  tells(accountId: string, seen: SeenPresence): void {
    this.told.set(accountId, seen);
  }

  deliver(item: PresenceItem): void {
    this.sink?.deliver(item);
  }
}
