import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommunityCommand, LinkCommand } from '../../../src/domain/communities/commands.js';
import { COMMUNITY_SETTINGS, decideCommunity, MAX_GROUPS } from '../../../src/domain/communities/decide.js';
import { decideLink } from '../../../src/domain/communities/decideLink.js';
import {
  ABSENT,
  DEFAULT_SETTINGS,
  evolve,
  roleOf,
  type ConversationEvent,
  type ConversationState,
} from '../../../src/domain/conversations/index.js';
import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import { decideGroup } from '../../../src/domain/groups/decide.js';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { placed } from '../../kit/specification.js';
import { sealed } from '../groups/fixture.js';

const PEOPLE = ['ann', 'bob', 'cleo', 'dan'];
const person = fc.constantFrom(...PEOPLE);
const people = fc.uniqueArray(person, { maxLength: 4 });
const groupId = fc.integer({ min: 1, max: MAX_GROUPS + 5 }).map((n) => `g${String(n)}`);
const communityId = fc.constantFrom('c', 'd');
const link = fc.integer({ min: 0, max: 6 });
const role = fc.constantFrom('owner' as const, 'admin' as const, 'member' as const);
const is = <T extends string>(type: T) => fc.constant(type);
const by = person;

type Command = CommunityCommand | GroupCommand;
const ofCommunity: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: is('admitGroup'), by: is('ann'), groupId, link, members: people }) },
  fc.record({ type: is('admitGroup'), by, groupId, link, members: people }),
  fc.record({ type: is('dismissGroup'), groupId, link }),
  fc.record({ type: is('removeGroup'), by, groupId }),
  fc.record({ type: is('takeIn'), groupId, members: people }),
  fc.record({ type: is('deactivate'), by: is('bob') }),
  fc.record({ type: is('addMembers'), by, members: people }),
  fc.record({ type: is('removeMember'), by, accountId: person }),
  fc.record({ type: is('leave'), by }),
  fc.record({ type: is('changeRole'), by, accountId: person, role }),
);
const ofGroup: fc.Arbitrary<LinkCommand | GroupCommand> = fc.oneof(
  fc.record({ type: is('link'), by, communityId }),
  fc.record({ type: is('unlink'), by, communityId }),
  fc.record({ type: is('cut'), communityId, link: fc.nat(20) }),
  fc.record({
    type: is('expel'),
    communityId,
    accountId: person,
    stay: fc.nat(10),
    how: fc.constantFrom('left' as const, 'removed' as const),
  }),
  fc.record({ type: is('turnAway'), communityId, accountId: person }),
  fc.record({ type: is('addMembers'), by, members: people }),
  fc.record({ type: is('removeMember'), by, accountId: person }),
  fc.record({ type: is('leave'), by }),
  fc.record({ type: is('changeRole'), by, accountId: person, role }),
);

const LINKS = new Set<string>(['link', 'unlink', 'cut', 'expel', 'turnAway']);
const COMMUNITIES = new Set<string>(['admitGroup', 'dismissGroup', 'removeGroup', 'takeIn', 'deactivate']);

function decide(
  state: ConversationState,
  command: Command | LinkCommand,
): { readonly events: readonly ConversationEvent[] } | { readonly rejected: string } {
  if (LINKS.has(command.type)) return decideLink(state, command as LinkCommand);
  if (COMMUNITIES.has(command.type)) return decideCommunity(state, command as CommunityCommand);
  return decideGroup(state, command as GroupCommand);
}

interface Step {
  readonly state: ConversationState;
  readonly events: readonly ConversationEvent[];
}

function run(first: ConversationEvent, commands: readonly (Command | LinkCommand)[]): Step[] {
  let state = placed([first], 'ann').reduce<ConversationState>(evolve, ABSENT);
  let revision = 1;
  return commands.map((command) => {
    const decision = decide(state, command);
    const events = 'rejected' in decision ? [] : decision.events;
    state = placed(events, 'ann', revision).reduce(evolve, state);
    revision += events.length;
    // Whatever is asked for again changes nothing, or is refused.
    const again = decide(state, command);
    if (events.length > 0 && 'events' in again) expect(again.events).toEqual([]);
    return { state, events };
  });
}

const hasOwner = (state: ConversationState): boolean =>
  state.kind !== 'absent' &&
  (state.members.size === 0 || [...state.members.keys()].some((each) => roleOf(state, each) === 'owner'));

describe('a community, whatever is asked of it', () => {
  const community: ConversationEvent = {
    type: 'CommunityCreated',
    data: { name: sealed, settings: COMMUNITY_SETTINGS },
  };
  const runs = fc.array(ofCommunity, { maxLength: 120 }).map((commands) => run(community, commands));

  it('has an owner while it has members, and no more groups than it may', () => {
    fc.assert(
      fc.property(runs, (steps) => {
        for (const { state } of steps) {
          expect(hasOwner(state)).toBe(true);
          const groups = state.kind === 'absent' ? [] : [...state.groups.values()];
          expect(groups.filter(({ linked }) => linked).length).toBeLessThanOrEqual(MAX_GROUPS);
        }
      }),
    );
  });
  it('is written by its admins, and by nobody who is not in it', () => {
    fc.assert(
      fc.property(runs, (steps) => {
        for (const { state } of steps)
          for (const each of PEOPLE) {
            const accepted = 'accepted' in decideSend(state, { account: each, at: 1 });
            expect(accepted).toBe(['owner', 'admin'].includes(roleOf(state, each) ?? ''));
          }
      }),
    );
  });
  it('hears of each link once, and of none that is older than what it knows', () => {
    fc.assert(
      fc.property(runs, (steps) => {
        const last = new Map<string, { link: number; linked: boolean }>();
        for (const event of steps.flatMap(({ events }) => events)) {
          if (event.type === 'CommunityDeactivated') last.clear();
          if (event.type !== 'GroupLinked' && event.type !== 'GroupUnlinked') continue;
          const { groupId: id, link: now } = event.data;
          const before = last.get(id);
          if (event.type === 'GroupLinked') expect(now).toBeGreaterThan(before?.link ?? -1);
          else expect(before).toEqual({ link: now, linked: true });
          last.set(id, { link: now, linked: event.type === 'GroupLinked' });
        }
      }),
    );
  });
  it('is over for good when it is deactivated', () => {
    fc.assert(
      fc.property(fc.array(ofCommunity, { maxLength: 20 }), (after) => {
        const state = placed([community, { type: 'CommunityDeactivated', data: {} }], 'ann').reduce<ConversationState>(
          evolve,
          ABSENT,
        );
        for (const command of after) {
          const decision = decide(state, command);
          if ('events' in decision) expect(decision.events).toEqual([]);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a group, whatever is asked of it', () => {
  const members = PEOPLE.slice(0, 3).map((accountId) => ({
    accountId,
    role: accountId === 'ann' ? ('owner' as const) : ('member' as const),
  }));
  const group: ConversationEvent = {
    type: 'GroupCreated',
    data: { name: sealed, members, settings: DEFAULT_SETTINGS },
  };
  it('is in one community at most, and has an owner while it has members', () => {
    fc.assert(
      fc.property(fc.array(ofGroup, { maxLength: 60 }), (commands) => {
        let current: string | undefined;
        for (const { state, events } of run(group, commands)) {
          for (const event of events) {
            if (event.type === 'LinkedToCommunity') {
              expect(current).toBeUndefined();
              current = event.data.communityId;
            }
            if (event.type === 'UnlinkedFromCommunity') {
              expect(event.data.communityId).toBe(current);
              current = undefined;
            }
          }
          expect(state.kind === 'absent' ? undefined : state.community?.id).toBe(current);
          expect(hasOwner(state)).toBe(true);
        }
      }),
    );
  });
});
