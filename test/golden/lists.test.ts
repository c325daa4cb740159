import { expect, it } from 'vitest';
import { ABSENT, evolve, recipientsAt } from '../../src/domain/conversations/state.js';
import { eachStillFitsAndOpens, readGolden } from '../kit/golden.js';
import { placed } from '../kit/specification.js';

const golden = readGolden('lists', (type) =>
  type === 'TimerChanged' || type === 'MessagesExpired' ? 'disappearing' : 'lists',
);
eachStillFitsAndOpens(golden);

it('a list still folds', () => {
  const events = golden.events.filter(({ stream }) => stream === golden.events[0]?.stream);
  const state = placed(events).reduce(evolve, ABSENT);
  expect(state).toMatchObject({
    kind: 'broadcast',
    members: new Map([['owner', { role: 'owner', from: 0, joinedAt: 0 }]]),
  });
  expect(recipientsAt(state, 0)).toEqual([
    '0199a1b2-0000-7000-8000-0000000000aa',
    '0199a1b2-0000-7000-8000-0000000000bb',
  ]);
  expect(recipientsAt(state, 1)).toEqual([
    '0199a1b2-0000-7000-8000-0000000000bb',
    '0199a1b2-0000-7000-8000-0000000000cc',
  ]);
});
