import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ABSENT,
  DEFAULT_SETTINGS,
  evolve,
  isTold,
  toldOf,
  type ConversationEvent,
  type ConversationState,
  type Role,
} from '../../../src/domain/conversations/index.js';
import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import { decideGroup, MAX_MEMBERS } from '../../../src/domain/groups/decide.js';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { placed } from '../../kit/specification.js';
import { sealed } from './fixture.js';

const PEOPLE = ['ann', 'bob', 'cleo', 'dan', 'eve', 'fay'];
const person = fc.constantFrom(...PEOPLE);
const role = fc.constantFrom<Role>('owner', 'admin', 'member');
const link = fc.constantFrom('l1', 'l2');
const by = { by: person };

/** Whatever anybody may ask for, allowed or not. */
const command: fc.Arbitrary<GroupCommand> = fc.oneof(
  fc.record({ type: fc.constant('addMembers' as const), ...by, members: fc.array(person, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('removeMember' as const), ...by, accountId: person }),
  fc.record({ type: fc.constant('leave' as const), ...by }),
  fc.record({ type: fc.constant('changeRole' as const), ...by, accountId: person, role }),
  fc.record({ type: fc.constant('changeInfo' as const), ...by, name: fc.constant(sealed) }),
  fc.record({
    type: fc.constant('changeSettings' as const),
    ...by,
    settings: fc.record(
      {
        send: fc.constantFrom('everyone' as const, 'admins' as const),
        addMembers: fc.constantFrom('everyone' as const, 'admins' as const),
        approval: fc.boolean(),
        sharedHistory: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  }),
  link.map((linkId) => ({ type: 'createLink', by: 'ann', linkId, tokenHash: linkId, maxUses: 2 }) as const),
  fc.record({ type: fc.constant('revokeLink' as const), ...by, linkId: link }),
  fc.record({ type: fc.constant('join' as const), ...by, tokenHash: link, now: fc.constant(0) }),
  fc.record({ type: fc.constant('approveJoin' as const), ...by, accountId: person }),
  fc.record({ type: fc.constant('declineJoin' as const), ...by, accountId: person }),
);

interface Step {
  readonly before: ConversationState;
  readonly after: ConversationState;
  readonly command: GroupCommand;
  readonly events: readonly ConversationEvent[];
  readonly revision: number;
}

const create: GroupCommand = {
  type: 'create',
  by: 'ann',
  members: ['bob', 'cleo'],
  name: sealed,
  settings: DEFAULT_SETTINGS,
};

function run(commands: readonly GroupCommand[]): Step[] {
  let state: ConversationState = ABSENT;
  let revision = 0;
  return [create, ...commands].map((each): Step => {
    const before = state;
    const decision = decideGroup(state, each);
    const events = 'rejected' in decision ? [] : decision.events;
    const first = revision;
    state = placed(events, each.by, revision).reduce(evolve, state);
    revision += events.length;
    return { before, after: state, command: each, events, revision: first };
  });
}

const roleIn = (state: ConversationState, accountId: string): Role | undefined =>
  state.kind === 'absent' ? undefined : state.members.get(accountId)?.role;
const rolesOf = (state: ConversationState): Role[] =>
  state.kind === 'absent' ? [] : [...state.members.values()].map((member) => member.role);
const always = (holds: (steps: Step[]) => void): void => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => holds(run(commands))),
    { numRuns: 300 },
  );
};

describe('whatever is asked of a group', () => {
  it('it has an owner while it has members', () => {
    always((steps) => {
      for (const { after } of steps) if (rolesOf(after).length > 0) expect(rolesOf(after)).toContain('owner');
    });
  });

  it('whom an admin removed is let in again by somebody who is in it', () => {
    always((steps) => {
      for (const { before, after, command: asked } of steps) {
        if (asked.type !== 'join' || before.kind === 'absent' || after.kind === 'absent') continue;
        const last = before.left.get(asked.by)?.at(-1);
        if (last?.removed === true && !before.members.has(asked.by)) expect(after.members.has(asked.by)).toBe(false);
      }
    });
  });

  it('nothing is done by who is no member, but joining and taking that back', () => {
    always((steps) => {
      for (const {
        before,
        command: { type, by: actor },
        events,
      } of steps.slice(1))
        if (events.length > 0 && type !== 'join' && type !== 'declineJoin') expect(roleIn(before, actor)).toBeDefined();
    });
  });

  it('members change nobody but themselves, and admins no owner', () => {
    always((steps) => {
      for (const { before, after, command: asked } of steps.slice(1)) {
        if (asked.type === 'leave') continue;
        const own = roleIn(before, asked.by);
        for (const account of PEOPLE) {
          const was = roleIn(before, account);
          const is = roleIn(after, account);
          if (was === is || was === undefined) continue;
          expect(own === 'owner' || (own === 'admin' && was !== 'owner' && is !== 'owner')).toBe(true);
        }
      }
    });
  });

  it('who is out is silent, and told of nothing after the end of it', () => {
    always((steps) => {
      const { after } = steps.at(-1)!;
      if (after.kind === 'absent') return;
      const head = steps.reduce((sum, { events }) => sum + events.length, 0) - 1;
      for (const account of PEOPLE) {
        if (after.members.has(account)) continue;
        expect(decideSend(after, { account, at: 1 })).toEqual({ rejected: 'not_a_member' });
        expect(toldOf(after, head + 1)).not.toContain(account);
      }
    });
  });

  it('each is told of exactly what happened from coming to going, with both', () => {
    always((steps) => {
      const { after } = steps.at(-1)!;
      for (const { before, after: then, events, revision } of steps)
        for (const account of events.length === 0 ? [] : PEOPLE) {
          const there = roleIn(before, account) !== undefined || roleIn(then, account) !== undefined;
          expect(isTold(after, account, revision)).toBe(there);
        }
    });
  });

  it('repeating it at once changes nothing', () => {
    always((steps) => {
      for (const { after, command: asked, events } of steps) {
        if (events.length === 0 || asked.type === 'changeInfo') continue;
        const again = decideGroup(after, asked);
        // A right that the command itself gave up is gone the second time.
        if ('events' in again) expect(again.events).toEqual([]);
      }
    });
  });

  it('a link lets in no more than it may', () => {
    always((steps) => {
      const uses = new Map<string, number>();
      for (const { events } of steps)
        for (const { type, data } of events) {
          if (type === 'InviteLinkCreated') uses.set(data.linkId, 0);
          if (type !== 'MembersAdded' || data.via !== 'link') continue;
          uses.set(data.linkId!, uses.get(data.linkId!)! + 1);
          expect(uses.get(data.linkId!)).toBeLessThanOrEqual(2);
        }
    });
  });

  it('it stays within its bound', () => {
    const crowd = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(crowd, (sizes) => {
        let next = 0;
        const steps = run(
          sizes.map((size) => ({
            type: 'addMembers',
            by: 'ann',
            members: Array.from({ length: size }, () => `p${String((next += 1))}`),
          })),
        );
        let size = 3;
        for (const [index, { after, events }] of steps.slice(1).entries()) {
          const fits = size + sizes[index]! <= MAX_MEMBERS;
          expect(events.length).toBe(fits ? 1 : 0);
          if (fits) size += sizes[index]!;
          expect(rolesOf(after).length).toBe(size);
        }
      }),
      { numRuns: 50 },
    );
  });
});
