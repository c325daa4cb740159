import { Redis } from 'ioredis';
import type { Fleet, Node } from './fleet.js';

/** What goes wrong, and for how long. */
export interface Fault {
  readonly what: string;
  readonly ms: number;
  /** Begins it; resolves to what ends it. */
  begin(): Promise<() => Promise<void>>;
}

/** Reproducible draws: mulberry32. */
export function draws(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** `count` faults: every kind on every node once in random order, then again, each for up to 2.5 s. */
export function plan(fleet: Fleet, count: number, draw: (below: number) => number): Fault[] {
  const faults: Fault[] = [];
  let bag: Omit<Fault, 'ms'>[] = [];
  while (faults.length < count) {
    if (bag.length === 0) bag = [...fleet.nodes.flatMap(ofNode), emptied(fleet), emptied(fleet)];
    const [one] = bag.splice(draw(bag.length), 1);
    faults.push({ ...one!, ms: 300 + draw(2_200) });
  }
  return faults;
}

function ofNode(node: Node): Omit<Fault, 'ms'>[] {
  const kill = {
    what: `kill -9 of ${node.name}`,
    begin: async () => {
      await node.kill();
      return () => node.start();
    },
  };
  const partitions = (['postgres', 'redis'] as const).flatMap((engine) =>
    (['cut', 'silence'] as const).map((how) => ({
      what: `${how} between ${node.name} and ${engine}`,
      begin: async () => {
        await node[engine][how]();
        return () => node[engine].heal();
      },
    })),
  );
  // As many deaths as partitions.
  return [kill, kill, ...partitions];
}

function emptied(fleet: Fleet): Omit<Fault, 'ms'> {
  return {
    what: 'redis emptied',
    begin: async () => {
      const redis = new Redis(fleet.redisUrl, { maxRetriesPerRequest: 1 });
      await redis.flushall();
      redis.disconnect();
      return () => Promise.resolve();
    },
  };
}
