import { describe, expect, it } from 'vitest';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { ABSENT, DEFAULT_SETTINGS, evolve, type ConversationEvent } from '../../../src/domain/conversations/index.js';
import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import { MAX_MEMBERS } from '../../../src/domain/groups/decide.js';
import { placed } from '../../kit/specification.js';
import { added, created, given, left, removed, roleChanged, sealed } from './fixture.js';

const add = (by: string, ...members: string[]): GroupCommand => ({ type: 'addMembers', by, members });
const remove = (by: string, accountId: string): GroupCommand => ({ type: 'removeMember', by, accountId });
const leave = (by: string): GroupCommand => ({ type: 'leave', by });
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${String(index)}`);
const direct: ConversationEvent = { type: 'ConversationStarted', data: { kind: 'direct', members: ['ann', 'owner'] } };

describe('creating a group', () => {
  const create = (...members: string[]): GroupCommand => ({
    type: 'create',
    by: 'owner',
    members,
    name: sealed,
    settings: DEFAULT_SETTINGS,
  });
  it('makes its creator the owner and the others members, each once', () => {
    given()
      .when(create('ann', 'owner', 'bob', 'ann'))
      .then(created(['ann', 'bob']));
    given().when(create()).then(created());
  });
  it('again changes nothing', () => {
    given(created(['ann']))
      .when(create('bob'))
      .nothing();
  });
  it('is for up to 1,024', () => {
    given()
      .when(create(...many(MAX_MEMBERS - 1)))
      .then(created(many(MAX_MEMBERS - 1)));
    given()
      .when(create(...many(MAX_MEMBERS)))
      .rejects('group_full');
  });
});

describe('adding members', () => {
  it('is for every member, unless the settings keep it to admins', () => {
    given(created(['ann']))
      .when(add('ann', 'bob'))
      .then(added('bob'));
    const kept = created(['ann', 'cleo:admin'], { addMembers: 'admins' });
    given(kept).when(add('ann', 'bob')).rejects('not_allowed');
    given(kept).when(add('cleo', 'bob')).then(added('bob'));
    given(kept).when(add('owner', 'bob')).then(added('bob'));
    given(created()).when(add('stranger', 'bob')).rejects('not_a_member');
    given().when(add('owner', 'bob')).rejects('not_a_member');
  });
  it('leaves out those who are in it, and stays within 1,024', () => {
    given(created(['ann']))
      .when(add('owner', 'ann', 'bob', 'bob'))
      .then(added('bob'));
    given(created(['ann']))
      .when(add('owner', 'ann'))
      .nothing();
    const full = created(many(MAX_MEMBERS - 2));
    given(full).when(add('owner', 'bob')).then(added('bob'));
    given(full)
      .when(add('owner', 'bob', 'cleo'))
      .rejects('group_full');
  });
  it('shares the history when the settings say so at that time', () => {
    given(created([], { sharedHistory: true }))
      .when(add('owner', 'bob'))
      .then({ type: 'MembersAdded', data: { members: ['bob'], sharedHistory: true, via: 'admin' } });
  });
  it('brings back who was removed, as a member', () => {
    given(created(['ann:admin']), removed('ann'))
      .when(add('owner', 'ann'))
      .then(added('ann'));
  });
});

describe('removing a member', () => {
  const group = created(['olga:owner', 'ann:admin', 'abe:admin', 'mia', 'max']);
  it('is for admins, of those who do not stand above them', () => {
    given(group).when(remove('owner', 'olga')).then(removed('olga'));
    given(group).when(remove('owner', 'ann')).then(removed('ann'));
    given(group).when(remove('ann', 'abe')).then(removed('abe'));
    given(group).when(remove('ann', 'mia')).then(removed('mia'));
    given(group).when(remove('ann', 'owner')).rejects('not_allowed');
    given(group).when(remove('mia', 'max')).rejects('not_allowed');
    given(group).when(remove('stranger', 'max')).rejects('not_a_member');
  });
  it('is not leaving', () => {
    given(group).when(remove('owner', 'owner')).rejects('not_allowed');
  });
  it('again changes nothing; of one who never was in it is refused', () => {
    given(group, removed('mia')).when(remove('owner', 'mia')).nothing();
    given(group, left('mia')).when(remove('owner', 'mia')).nothing();
    given(group).when(remove('owner', 'stranger')).rejects('no_such_member');
  });
  it('makes it silent: the decision is that of the append', () => {
    const events = placed([group, removed('mia')]);
    const state = events.reduce(evolve, ABSENT);
    expect(decideSend(state, { account: 'mia', at: 1 })).toEqual({ rejected: 'not_a_member' });
    expect(decideSend(state, { account: 'max', at: 1 })).toEqual({ accepted: { at: 1 } });
    const back = placed([added('mia')], 'owner', 2).reduce(evolve, state);
    expect(decideSend(back, { account: 'mia', at: 1 })).toEqual({ accepted: { at: 1 } });
  });
});

describe('leaving', () => {
  it('is for everybody, once', () => {
    given(created(['ann']))
      .when(leave('ann'))
      .then(left('ann'));
    given(created(['ann']), left('ann'))
      .when(leave('ann'))
      .nothing();
    given(created(['ann']))
      .when(leave('stranger'))
      .rejects('not_a_member');
  });
  it('hands the group over when the last owner does it: to the longest-serving admin', () => {
    given(created(['mia']), added('ann'), added('abe'), roleChanged('abe', 'admin'), roleChanged('ann', 'admin'))
      .when(leave('owner'))
      .then(left('owner', 'ann'));
  });
  it('or, without an admin, to the longest-serving member; of those who came together to the first by id', () => {
    given(created(), added('zoe', 'mia'), added('ann')).when(leave('owner')).then(left('owner', 'mia'));
  });
  it('hands nothing over while there is another owner, or nobody is left', () => {
    given(created(['olga:owner', 'ann']))
      .when(leave('owner'))
      .then(left('owner'));
    given(created()).when(leave('owner')).then(left('owner'));
  });
  it('counts a second stay from its own beginning', () => {
    given(created(['ann', 'bob']), removed('ann'), added('ann'))
      .when(leave('owner'))
      .then(left('owner', 'bob'));
  });
});

describe('a direct conversation', () => {
  it('is managed by nobody', () => {
    const commands: GroupCommand[] = [
      add('owner', 'bob'),
      remove('owner', 'ann'),
      leave('owner'),
      { type: 'changeRole', by: 'owner', accountId: 'ann', role: 'admin' },
      { type: 'changeInfo', by: 'owner', name: sealed },
      { type: 'changeSettings', by: 'owner', settings: { send: 'admins' } },
      { type: 'createLink', by: 'owner', linkId: 'l', tokenHash: 'h' },
      { type: 'revokeLink', by: 'owner', linkId: 'l' },
      { type: 'approveJoin', by: 'owner', accountId: 'bob' },
    ];
    for (const command of commands) given(direct).when(command).rejects('not_allowed');
    given(direct).when({ type: 'join', by: 'bob', tokenHash: 'h', now: 0 }).rejects('no_such_link');
  });
});
