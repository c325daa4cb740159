import type { Position } from '../../platform/eventStore/port.js';
import type { LiveItem } from './item.js';
import { PipedSource, type Sink } from './piped.js';

/** What a source needs of the hub and the read model. */
export interface SourceDeps {
  /** Position of the last event that the hub has handed out. */
  position(): Position;
  register(source: LiveSource): void;
  unregister(source: LiveSource): void;
  /** True when more than the source was registered for concerns it, from now on: what was before is to be replayed. */
  attach?(source: LiveSource): Promise<boolean>;
  waitForProjection(position: Position): Promise<void>;
  /** The next page of what happened in (after, upTo], in log order; `through` is where the page ends. */
  replay(
    source: LiveSource,
    after: Position,
    upTo: Position,
  ): Promise<{ readonly items: readonly LiveItem[]; readonly through: Position }>;
  /** `handedOut`: the position of the hub. @throws when the cursor cannot be served. */
  checkReplay(source: LiveSource, after: Position, handedOut: Position): Promise<void>;
  cursorOnly(position: Position): LiveItem;
}

/** References held for a source while it replays; beyond it the source replays a further round instead. */
const MAX_BUFFER = 5_000;

/**
 * One subscription: replays what its device missed from the read model, then goes live without a gap or a repeat
 * (DESIGN 4). It is attached to the hub at position L and buffers; replays (after, L]; then gives the buffer.
 */
export class LiveSource extends PipedSource<LiveItem> {
  private sink: Sink<LiveItem> | undefined;
  private live = false;
  private buffer: LiveItem[] = [];
  private overflown = false;
  /** Of the last update or cursor given. */
  last: Position;

  constructor(
    private readonly deps: SourceDeps,
    readonly accountId: string,
    readonly conversationId: string | undefined,
    private readonly after: Position | undefined,
  ) {
    super();
    this.last = after ?? (-1n as Position);
  }

  pipe(sink: Sink<LiveItem>): void {
    this.sink = sink;
    this.run().catch((error: unknown) => {
      this.finish(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** From the hub, in log order. */
  push(item: LiveItem): void {
    if (this.live) this.give(item);
    else if (this.buffer.length < MAX_BUFFER) this.buffer.push(item);
    else this.overflown = true;
  }

  stop(): void {
    this.sink = undefined;
    this.buffer = [];
    this.deps.unregister(this);
  }

  finish(error?: Error): void {
    const { sink } = this;
    this.stop();
    sink?.end(error);
  }

  get idleAt(): Position | undefined {
    return this.live ? this.last : undefined;
  }

  payload({ cursor, update }: LiveItem): unknown {
    return { cursor, update };
  }

  private give(item: LiveItem, replayed = false): void {
    // Of a replay, several may stand at its end; each page begins past the one before.
    if (
      replayed ? item.position < this.last : item.position <= this.last && item.update.__typename !== 'CursorAdvanced'
    )
      return;
    this.last = item.position;
    this.sink?.deliver(item);
  }

  private async run(): Promise<void> {
    this.deps.register(this);
    let attachedAt = this.deps.position();
    if (this.after === undefined) this.last = attachedAt;
    else await this.deps.checkReplay(this, this.after, attachedAt);
    if ((await this.deps.attach?.(this)) === true) {
      this.overflown = false;
      this.buffer = [];
      attachedAt = this.deps.position();
    }
    while (!(await this.catchUp(attachedAt))) {
      this.overflown = false;
      this.buffer = [];
      attachedAt = this.deps.position();
    }
  }

  /** @returns false when more came meanwhile than may be held: what was given stands, and the rest is to be replayed. */
  private async catchUp(attachedAt: Position): Promise<boolean> {
    if (this.last < attachedAt) {
      await this.deps.waitForProjection(attachedAt);
      await this.replayUpTo(attachedAt);
    }
    while (this.buffer.length > 0 && !this.overflown) {
      const { buffer } = this;
      this.buffer = [];
      await this.giveSlowly(buffer);
    }
    if (this.overflown) return false;
    this.live = true;
    if (this.last < attachedAt) this.last = attachedAt;
    this.give(this.deps.cursorOnly(this.last));
    return true;
  }

  private async replayUpTo(upTo: Position): Promise<void> {
    while (this.sink !== undefined && this.last < upTo) {
      const { items, through } = await this.deps.replay(this, this.last, upTo);
      await this.giveSlowly(items, true);
      if (through > this.last) this.last = through;
    }
  }

  /** At the pace of the socket. */
  private async giveSlowly(items: readonly LiveItem[], replayed = false): Promise<void> {
    for (const item of items) {
      this.give(item, replayed);
      const waiting = this.sink?.writable();
      if (waiting !== undefined) await waiting;
    }
  }
}
