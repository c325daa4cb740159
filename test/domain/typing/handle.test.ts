import { beforeEach, describe, expect, it } from 'vitest';
import { ABSENT, DEFAULT_SETTINGS, evolve, type ConversationState } from '../../../src/domain/conversations/index.js';
import { parseTypingSignal, typingHandlers, type TypingSignal } from '../../../src/domain/typing/index.js';
import { memoryLimiter } from '../../../src/platform/limits/memory.js';
import { silentLogger } from '../../../src/platform/observability/logger.js';
import { memorySignals } from '../../../src/platform/signals/memory.js';

const NOW = 1_790_000_000_000;
const ask = (account: string) =>
  ({ actor: { account, device: `${account}/1` }, conversationId: 'group', kind: 'TYPING' }) as const;

function group(send: 'everyone' | 'admins'): ConversationState {
  const members = [
    { accountId: 'ada', role: 'owner' },
    { accountId: 'bob', role: 'member' },
  ];
  const data = { name: {}, members, settings: { ...DEFAULT_SETTINGS, send } };
  return evolve(ABSENT, { type: 'GroupCreated', data, revision: 0, metadata: { occurredAt: NOW } } as never);
}

let heard: TypingSignal[];
function handlersIn(state: ConversationState) {
  const signals = memorySignals(silentLogger);
  signals.subscribe('typing:group', (payload) => heard.push(parseTypingSignal(payload)));
  const states = { peek: () => ({ state }), load: () => Promise.reject(new Error('cached')) } as never;
  return typingHandlers({ states, limiter: memoryLimiter(), signals, clock: { now: () => NOW } });
}
beforeEach(() => {
  heard = [];
});

describe('setting that one types', () => {
  it('is told to whoever listens, by members only', async () => {
    const { set } = handlersIn(group('everyone'));
    expect(await set(ask('bob'))).toEqual({ outcome: 'set' });
    expect(await set(ask('eve'))).toEqual({ outcome: 'not_a_member' });
    expect(heard).toEqual([{ accountId: 'bob', kind: 'TYPING', at: NOW }]);
    expect(await handlersIn(ABSENT).set(ask('ada'))).toEqual({ outcome: 'not_a_member' });
  });

  it('is for those who may send', async () => {
    const { set } = handlersIn(group('admins'));
    expect(await set(ask('bob'))).toEqual({ outcome: 'not_allowed' });
    expect(await set(ask('ada'))).toEqual({ outcome: 'set' });
    expect(heard).toHaveLength(1);
  });

  it('is limited by device', async () => {
    const { set } = handlersIn(group('everyone'));
    for (let times = 0; times < 30; times += 1) expect(await set(ask('bob'))).toEqual({ outcome: 'set' });
    expect(await set(ask('bob'))).toMatchObject({ outcome: 'rate_limited' });
    expect(await set(ask('ada'))).toEqual({ outcome: 'set' });
  });
});
