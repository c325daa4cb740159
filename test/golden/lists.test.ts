import { expect, it } from 'vitest';
import { ABSENT, evolve, recipientsAt } from '../../src/domain/conversations/state.js';
import { eachStillFitsAndOpens, hasEachType, readGolden } from '../kit/golden.js';
import { placed } from '../kit/specification.js';

const ELSEWHERE: Readonly<Record<string, string>> = {
  TimerChanged: 'disappearing',
  MessagesExpired: 'disappearing',
  ChannelRead: 'receipts',
  MembersAdded: 'groups',
  MemberRemoved: 'groups',
  JoinRequested: 'groups',
};
const golden = readGolden('lists', (type) => ELSEWHERE[type] ?? 'lists');
eachStillFitsAndOpens(golden);
hasEachType(
  golden.events.filter(({ type }) => !(type in ELSEWHERE)),
  golden.types,
);

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

it('a community still folds', () => {
  const events = golden.events.filter(({ stream }) => stream.endsWith('0401'));
  const b = '0199a1b2-0000-7000-8000-0000000000bb';
  expect(placed(events).reduce(evolve, ABSENT)).toMatchObject({
    kind: 'community',
    members: new Map(),
    left: new Map([
      ['owner', [{ from: 0, joinedAt: 0, to: 5 }]],
      [b, [{ from: 0, joinedAt: 2, to: 5 }]],
    ]),
    groups: new Map([['0199a1b2-0000-8000-8000-000000000402', { link: 3, linked: false, since: 3 }]]),
  });
});

it('a channel still folds', () => {
  const created = golden.events.filter(({ type }) => type === 'ChannelCreated');
  for (const event of created)
    expect(placed([event]).reduce(evolve, ABSENT)).toMatchObject({
      kind: 'channel',
      members: new Map([['owner', { role: 'owner', from: 0, joinedAt: 0 }]]),
      settings: { send: 'admins', editInfo: 'admins', addMembers: 'admins' },
    });
  expect(golden.fits('ChannelCreated', { ...created[0]?.data, name: 'in the open' })).toBe(false);
});
