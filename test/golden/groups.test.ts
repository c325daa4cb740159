import { expect, it } from 'vitest';
import { ABSENT, evolve } from '../../src/domain/conversations/state.js';
import { eachStillFitsAndOpens, hasEachType, readGolden } from '../kit/golden.js';
import { placed } from '../kit/specification.js';

const golden = readGolden('groups');
eachStillFitsAndOpens(golden);

hasEachType(golden.events, golden.types);

it('a group still folds', () => {
  const [b, c] = ['0199a1b2-0000-7000-8000-0000000000bb', '0199a1b2-0000-7000-8000-0000000000cc'];
  expect(placed(golden.events).reduce(evolve, ABSENT)).toMatchObject({
    kind: 'group',
    members: new Map([
      [c, { role: 'owner', from: 3, joinedAt: 3 }],
      [b, { role: 'member', from: 0, joinedAt: 12 }],
    ]),
    links: new Map(),
    requests: new Map(),
    settings: { send: 'everyone', editInfo: 'everyone', addMembers: 'admins', approval: false, sharedHistory: true },
  });
});

it('nothing personal is in the open', () => {
  expect(golden.fits('GroupInfoChanged', { name: 'in the open' })).toBe(false);
  expect(
    golden.fits('InviteLinkCreated', { linkId: '0199a1b2-0000-7000-8000-0000000000f1', tokenHash: 'x', token: 'y' }),
  ).toBe(false);
});
