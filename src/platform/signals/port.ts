/**
 * Short messages to whoever listens now, on every node: what is worth nothing a moment later.
 *
 * Order: what one node publishes on a topic reaches a subscriber in that order.
 * Delivery: at most once, to the subscribers on the publisher's own node too, never inside the call of `publish`. A
 * publisher never waits and never fails.
 *
 * Not promised: that anything arrives. While the engine between the nodes is away, only the publisher's own node hears
 * it; when it is back, `onReset` says that subscriptions may have missed some. Nothing is kept for later.
 */
export interface Signals {
  publish(topic: string, payload: string): void;
  /** @returns the end of the subscription. What `onMessage` throws is logged, and hinders nobody else. */
  subscribe(topic: string, onMessage: (payload: string) => void): () => void;
  /** Resolves once what was subscribed before hears every node, or at once while the engine is away (`onReset` follows). */
  inForce(): Promise<void>;
  /** Subscriptions may have missed some: read anew what they stand for. @returns the end of the listening. */
  onReset(callback: () => void): () => void;
  close(): Promise<void>;
}
