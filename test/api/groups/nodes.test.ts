import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../../../src/api/kit/nodeIds.js';
import { ABSENT, evolve, type ConversationState, type Role } from '../../../src/domain/conversations/index.js';
import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import { decideGroup } from '../../../src/domain/groups/decide.js';
import type { GroupHandlers, GroupOutcome } from '../../../src/domain/groups/index.js';
import type { StoredEvent } from '../../../src/platform/eventStore/port.js';
import { conversationSnapshot } from '../../../src/projections/conversations/commands.queries.js';
import { createGroup } from '../../kit/groups.js';
import { actors, testApp, type TestApp } from '../../kit/testApp.js';

let one: TestApp;
let two: TestApp;
beforeAll(async () => {
  one = await testApp();
  two = await one.another();
});
afterAll(async () => {
  await two.app.stop();
  await one.close();
});

interface Group {
  readonly id: string;
  /** Plain account ids; the first owns it, `outside` are not in it. */
  readonly people: readonly string[];
  readonly outside: readonly string[];
}

async function group(size: number, outside = 0): Promise<Group> {
  const [owner, ...others] = await actors(one, size + outside);
  const memberIds = others.slice(0, size - 1).map(({ accountId }) => accountId);
  const { id } = await createGroup(owner!.client, { clientId: 'g', name: 'Shared', memberIds });
  const plain = [owner!, ...others].map(({ accountId }) => decodeId('account', accountId));
  return { id: decodeId('conversation', id), people: plain.slice(0, size), outside: plain.slice(size) };
}

function ask({ app }: TestApp, conversationId: string, command: GroupCommand): Promise<GroupOutcome> {
  const groups: GroupHandlers = app.handlers.groups;
  const request = { actor: { account: command.by, device: command.by }, conversationId };
  switch (command.type) {
    case 'addMembers':
      return groups.addMembers({ ...request, members: command.members });
    case 'removeMember':
      return groups.removeMember({ ...request, accountId: command.accountId });
    case 'leave':
      return groups.leave(request);
    case 'changeRole':
      return groups.changeRole({ ...request, accountId: command.accountId, role: command.role });
    default:
      throw new Error('not asked here');
  }
}

async function eventsOf(id: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of one.app.eventStore.readStream(`conversation-${id}`)) events.push(event);
  return events;
}
const fold = (events: readonly StoredEvent[]): ConversationState => events.reduce<ConversationState>(evolve, ABSENT);
const rolesOf = (state: ConversationState): Record<string, Role> =>
  state.kind === 'absent' ? {} : Object.fromEntries([...state.members].map(([id, { role }]) => [id, role]));

/** The same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('two admins on two nodes', () => {
  it('are told what is so now, whichever node was the last to change it', async () => {
    const { id, people, outside } = await group(2, 1);
    const [owner, ann] = people as [string, string];
    const [eve] = outside as [string];
    const invite = { type: 'addMembers', by: ann, members: [eve] } as const;
    const promote = (role: Role) => ({ type: 'changeRole', by: owner, accountId: ann, role }) as const;
    for (let round = 0; round < 5; round += 1) {
      await ask(one, id, promote('admin'));
      expect(await ask(two, id, { type: 'changeRole', by: ann, accountId: ann, role: 'admin' })).toMatchObject({
        outcome: 'done',
      });
      expect(await ask(two, id, invite)).toMatchObject({ outcome: 'done' });
      await ask(one, id, { type: 'removeMember', by: ann, accountId: eve });
      expect(await ask(two, id, { type: 'leave', by: eve })).toMatchObject({ outcome: 'done', position: undefined });
      await ask(two, id, promote('member'));
      expect(await ask(one, id, { type: 'removeMember', by: ann, accountId: owner })).toEqual({
        outcome: 'not_allowed',
      });
    }
  });

  it('who demote each other at once: one does, and the other hears that it is no admin any more', async () => {
    const { id, people } = await group(3);
    const [owner, ann, abe] = people as [string, string, string];
    await ask(one, id, { type: 'changeRole', by: owner, accountId: ann, role: 'admin' });
    await ask(two, id, { type: 'changeRole', by: owner, accountId: abe, role: 'admin' });
    const outcomes = await Promise.all([
      ask(one, id, { type: 'changeRole', by: ann, accountId: abe, role: 'member' }),
      ask(two, id, { type: 'changeRole', by: abe, accountId: ann, role: 'member' }),
    ]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['done', 'not_allowed']);
    const roles = rolesOf(fold(await eventsOf(id)));
    expect([roles[ann], roles[abe]].sort()).toEqual(['admin', 'member']);
  });

  it('who both leave as the last owners: the second hands it over', async () => {
    const { id, people } = await group(3);
    const [owner, olga, mia] = people as [string, string, string];
    await ask(one, id, { type: 'changeRole', by: owner, accountId: olga, role: 'owner' });
    const outcomes = await Promise.all([
      ask(one, id, { type: 'leave', by: owner }),
      ask(two, id, { type: 'leave', by: olga }),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    expect(rolesOf(fold(await eventsOf(id)))).toEqual({ [mia]: 'owner' });
  });

  it('end in what both can explain, whatever they do at once', async () => {
    const pick = numbers(20_261_124);
    const { id, people, outside } = await group(5, 2);
    const everybody = [...people, ...outside];
    const anyone = (): string => everybody[pick(everybody.length)]!;
    const asked: { readonly command: GroupCommand; readonly outcome: GroupOutcome }[] = [];
    for (let round = 0; round < 25; round += 1) {
      const commands = Array.from({ length: 6 }, (): GroupCommand => {
        const by = anyone();
        const accountId = anyone();
        switch (pick(8)) {
          case 0:
            return { type: 'leave', by };
          case 1:
          case 2:
            return { type: 'removeMember', by, accountId };
          case 3:
          case 4:
          case 5:
            return { type: 'addMembers', by, members: [accountId, anyone()] };
          default:
            return { type: 'changeRole', by, accountId, role: (['owner', 'admin', 'member'] as const)[pick(3)]! };
        }
      });
      const outcomes = await Promise.all(
        commands.map((command, index) => ask(index % 2 === 0 ? one : two, id, command)),
      );
      for (const [index, command] of commands.entries()) asked.push({ command, outcome: outcomes[index]! });
    }

    const events = await eventsOf(id);
    const states = events.map((_event, revision) => fold(events.slice(0, revision)));
    states.push(fold(events));
    // Each answer is what the rules say of some state that the group was in; what was written, of the state before it.
    const written = new Set<string>();
    for (const { command, outcome } of asked) {
      if (outcome.outcome === 'busy') continue;
      const decisions = states.map((state) => decideGroup(state, command));
      if (outcome.outcome !== 'done') expect(decisions).toContainEqual({ rejected: outcome.outcome });
      else if (outcome.position === undefined) expect(decisions).toContainEqual({ events: [] });
    }
    for (const [revision, event] of events.entries()) {
      if (revision === 0) continue;
      const by = event.metadata.actor!.account;
      const explained = asked.some(({ command }) => {
        if (command.by !== by) return false;
        const decision = decideGroup(states[revision]!, command);
        return (
          'events' in decision &&
          JSON.stringify(decision.events) === JSON.stringify([{ type: event.type, data: event.data }])
        );
      });
      expect(explained, `${event.type} at ${String(revision)}`).toBe(true);
      written.add(event.type);
    }
    expect([...written].sort()).toEqual(['MemberLeft', 'MemberRemoved', 'MembersAdded', 'RoleChanged']);

    const last = states.at(-1)!;
    for (const state of states.slice(1))
      if (Object.keys(rolesOf(state)).length > 0) expect(Object.values(rolesOf(state))).toContain('owner');
    for (const node of [one, two]) {
      expect(rolesOf((await node.app.states.refresh(id)).state)).toEqual(rolesOf(last));
      await node.app.projector.waitFor(await node.app.eventStore.head(), 10_000);
      expect(rolesOf((await conversationSnapshot(node.app.readStore.pool, id))!.state)).toEqual(rolesOf(last));
    }
  });
});
