import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Signals } from '../../src/platform/signals/port.js';

export interface OpenedSignals {
  readonly signals: Signals;
  /** The same signals on another node. */
  readonly another: Signals;
  readonly close: () => Promise<void>;
}

/** Every promise of src/platform/signals/port.ts, for any adapter. No test assumes that nobody else publishes. */
export function signalsContract(name: string, open: () => Promise<OpenedSignals>): void {
  describe(`signals: ${name}`, () => {
    let opened: OpenedSignals;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });
    const newTopic = (): string => `test:${randomUUID()}`;
    const listen = async (signals: Signals, topic: string): Promise<{ heard: string[]; end: () => void }> => {
      const heard: string[] = [];
      const end = signals.subscribe(topic, (payload) => heard.push(payload));
      await signals.inForce();
      return { heard, end };
    };
    /** What came before has arrived wherever this has. */
    const reaches = (topic: string, from: Signals, heard: readonly string[]): Promise<void> => {
      const mark = randomUUID();
      from.publish(topic, mark);
      return vi.waitFor(() => expect(heard.at(-1)).toBe(mark), { timeout: 10_000, interval: 2 });
    };

    it('reaches the subscribers of every node, each once', async () => {
      const { signals, another } = opened;
      const topic = newTopic();
      const here = await listen(signals, topic);
      const there = await listen(another, topic);
      for (const [from, payload] of [
        [signals, 'one'],
        [another, 'zwei ö\n'],
        [signals, ''],
      ] as const) {
        from.publish(topic, payload);
        await vi.waitFor(() => {
          expect(here.heard.at(-1)).toBe(payload);
          expect(there.heard.at(-1)).toBe(payload);
        });
      }
      expect(here.heard).toEqual(['one', 'zwei ö\n', '']);
      expect(there.heard).toEqual(here.heard);
    });

    it('keeps the order of a publisher', async () => {
      const { signals, another } = opened;
      const topic = newTopic();
      const { heard } = await listen(another, topic);
      const payloads = Array.from({ length: 300 }, (_, n) => String(n));
      for (const payload of payloads) signals.publish(topic, payload);
      await reaches(topic, signals, heard);
      expect(heard.slice(0, -1)).toEqual(payloads);
    });

    it('never delivers inside the call', async () => {
      const { signals } = opened;
      const topic = newTopic();
      const { heard } = await listen(signals, topic);
      signals.publish(topic, 'later');
      expect(heard).toEqual([]);
      await vi.waitFor(() => expect(heard).toEqual(['later']));
    });

    it('keeps topics apart, whatever they are called', async () => {
      const { signals, another } = opened;
      const topic = newTopic();
      const [one, other] = [await listen(another, topic), await listen(another, `${topic}:*`)];
      signals.publish(`${topic}:x`, 'nobody');
      signals.publish(`${topic}:*`, 'other');
      await reaches(topic, signals, one.heard);
      expect(one.heard).toHaveLength(1);
      await vi.waitFor(() => expect(other.heard).toEqual(['other']));
    });

    it('ends a subscription without ending those of others', async () => {
      const { signals, another } = opened;
      const topic = newTopic();
      const [stays, ends] = [await listen(another, topic), await listen(another, topic)];
      ends.end();
      ends.end();
      await reaches(topic, signals, stays.heard);
      expect(ends.heard).toEqual([]);
      stays.end();
      const again = await listen(another, topic);
      await reaches(topic, signals, again.heard);
      expect(again.heard).toHaveLength(1);
      expect(stays.heard).toHaveLength(1);
    });

    it('lets no subscriber hinder another', async () => {
      const { signals, another } = opened;
      const topic = newTopic();
      another.subscribe(topic, () => {
        throw new Error('a subscriber that fails');
      });
      const { heard } = await listen(another, topic);
      await reaches(topic, signals, heard);
      await reaches(topic, another, heard);
    });

    it('keeps nothing for those who come later', async () => {
      const { signals, another } = opened;
      const topic = newTopic();
      const first = await listen(another, topic);
      await reaches(topic, signals, first.heard);
      const late = await listen(another, topic);
      await reaches(topic, signals, late.heard);
      expect(late.heard).toHaveLength(1);
    });
  });
}
