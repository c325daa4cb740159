import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideChannel, MAX_ADMINS, type ChannelCommand } from '../../../src/domain/channels/decide.js';
import {
  ABSENT,
  evolve,
  toldOf,
  type ConversationEvent,
  type ConversationState,
} from '../../../src/domain/conversations/index.js';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { placed } from '../../kit/specification.js';
import { create, sealed } from './fixture.js';

/** More of them than may be admins. */
const PEOPLE = ['ann', ...Array.from({ length: MAX_ADMINS + 8 }, (_, index) => `p${String(index)}`)];
const person = fc.constantFrom(...PEOPLE);
/** Mostly by the owner, or nothing would happen. */
const asker = fc.oneof({ weight: 3, arbitrary: fc.constant('ann') }, { weight: 2, arbitrary: person });

/** Whatever anybody may ask for, allowed or not. */
const command: fc.Arbitrary<ChannelCommand> = fc.oneof(
  asker.map(create),
  fc.record({ type: fc.constant('changeInfo' as const), by: asker, name: fc.constant(sealed) }),
  fc.record({
    type: fc.constant('setAdmin' as const),
    by: asker,
    accountId: person,
    admin: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  }),
  person.map((by) => ({ type: 'setAdmin', by, accountId: by, admin: false }) as const),
);

interface Step {
  readonly before: ConversationState;
  readonly after: ConversationState;
  readonly command: ChannelCommand;
  readonly events: readonly ConversationEvent[];
  readonly revision: number;
}

function run(commands: readonly ChannelCommand[]): Step[] {
  let state: ConversationState = ABSENT;
  let revision = 0;
  return commands.map((each): Step => {
    const before = state;
    const decision = decideChannel(state, each);
    const events = 'rejected' in decision ? [] : decision.events;
    const first = revision;
    state = placed(events, each.by, revision).reduce(evolve, state);
    revision += events.length;
    return { before, after: state, command: each, events, revision: first };
  });
}

const adminsOf = (state: ConversationState): ReadonlyMap<string, string> =>
  state.kind === 'absent' ? new Map() : new Map([...state.members].map(([id, { role }]) => [id, role]));
const always = (holds: (steps: readonly Step[]) => void): void => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 120 }), (commands) => holds(run(commands))),
    { numRuns: 200 },
  );
};

describe('whatever is asked of a channel', () => {
  it('it has one owner, who made it, for ever', () => {
    always((steps) => {
      const creator = steps.find(({ events }) => events.length > 0)?.command;
      for (const { after } of steps) {
        if (after.kind === 'absent') continue;
        expect(creator?.type).toBe('create');
        const owners = [...adminsOf(after)].filter(([, role]) => role === 'owner');
        expect(owners).toEqual([[creator?.by, 'owner']]);
      }
    });
  });

  it('those in it are its admins, within their number', () => {
    always((steps) => {
      for (const { after } of steps) {
        const roles = [...adminsOf(after).values()];
        expect(roles.length).toBeLessThanOrEqual(MAX_ADMINS);
        expect(roles.every((role) => role === 'owner' || role === 'admin')).toBe(true);
      }
    });
  });

  it('admins come by the owner alone, and go by the owner or by themselves', () => {
    always((steps) => {
      for (const { before, after, command: asked } of steps) {
        if (before.kind === 'absent') continue;
        const [had, has] = [adminsOf(before), adminsOf(after)];
        const owns = had.get(asked.by) === 'owner';
        for (const id of has.keys()) if (!had.has(id)) expect(owns).toBe(true);
        for (const id of had.keys()) if (!has.has(id)) expect(owns || asked.by === id).toBe(true);
      }
    });
  });

  it('its admins may post, and nobody else', () => {
    always((steps) => {
      const { after } = steps.at(-1)!;
      const admins = adminsOf(after);
      for (const account of PEOPLE)
        expect(decideSend(after, { account, at: 1 })).toEqual(
          admins.has(account) ? { accepted: { at: 1 } } : { rejected: 'not_a_member' },
        );
    });
  });

  it('its stream is told to those who were its admins then, and never says who follows it', () => {
    always((steps) => {
      const { after } = steps.at(-1)!;
      for (const { before, after: then, events, revision } of steps)
        for (const [index, { type }] of events.entries()) {
          expect(type).not.toMatch(/Follow|Read/);
          const there = new Set([...adminsOf(before).keys(), ...adminsOf(then).keys()]);
          expect(new Set(toldOf(after, revision + index))).toEqual(there);
        }
    });
  });

  it('repeating it at once changes nothing', () => {
    always((steps) => {
      for (const { after, command: asked, events } of steps) {
        if (events.length === 0 || asked.type === 'changeInfo') continue;
        expect(decideChannel(after, asked)).toEqual({ events: [] });
      }
    });
  });
});
