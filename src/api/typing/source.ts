import type { TypingKind } from '../../domain/typing/index.js';
import { PipedSource, type Renderable, type Sink } from '../live/piped.js';
import type { TypingNotice } from './types.js';

/** One notice on its way to those who may have it. */
export interface TypingItem extends Renderable {
  readonly notice: TypingNotice;
}

export interface TypingRegistry {
  add(source: TypingSource): void;
  remove(source: TypingSource): void;
}

/** One subscription to one conversation. Remembers of whom it was told, so that it is told the end of that, and of nothing else. */
export class TypingSource extends PipedSource<TypingItem> {
  private sink: Sink<TypingItem> | undefined;
  private readonly told = new Map<string, TypingKind>();

  constructor(
    private readonly registry: TypingRegistry,
    readonly viewer: string,
    readonly conversationId: string,
  ) {
    super();
  }

  pipe(sink: Sink<TypingItem>): void {
    this.sink = sink;
    this.registry.add(this);
  }

  stop(): void {
    if (this.sink === undefined) return;
    this.sink = undefined;
    this.registry.remove(this);
  }

  /** In order: the viewer is no longer a member. */
  end(): void {
    const { sink } = this;
    this.stop();
    sink?.end();
  }

  payload({ notice }: TypingItem): unknown {
    return notice;
  }

  /** What it was told last. */
  knows(accountId: string): TypingKind {
    return this.told.get(accountId) ?? 'NONE';
  }

  /** @returns whether there was somebody to tell. */
  deliver(accountId: string, item: TypingItem): boolean {
    if (this.sink === undefined) return false;
    if (item.notice.kind === 'NONE') this.told.delete(accountId);
    else this.told.set(accountId, item.notice.kind);
    this.sink.deliver(item);
    return true;
  }
}
