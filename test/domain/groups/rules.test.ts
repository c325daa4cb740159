import { describe, expect, it } from 'vitest';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { ABSENT, evolve, type Role } from '../../../src/domain/conversations/index.js';
import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import { MAX_LINKS, MAX_MEMBERS } from '../../../src/domain/groups/decide.js';
import { placed } from '../../kit/specification.js';
import {
  added,
  created,
  declined,
  given,
  joinedBy,
  left,
  linked,
  removed,
  requested,
  roleChanged,
  sealed,
} from './fixture.js';

const group = created(['olga:owner', 'ann:admin', 'abe:admin', 'mia', 'max']);

describe('changing a role', () => {
  const change = (by: string, accountId: string, role: Role): GroupCommand => ({
    type: 'changeRole',
    by,
    accountId,
    role,
  });
  it('is for owners, from and to any role', () => {
    given(group)
      .when(change('owner', 'mia', 'admin'))
      .then(roleChanged('mia', 'admin'));
    given(group)
      .when(change('owner', 'mia', 'owner'))
      .then(roleChanged('mia', 'owner'));
    given(group)
      .when(change('owner', 'olga', 'member'))
      .then(roleChanged('olga', 'member'));
    given(group)
      .when(change('owner', 'owner', 'member'))
      .then(roleChanged('owner', 'member'));
  });
  it('is for admins, between admin and member', () => {
    given(group)
      .when(change('ann', 'mia', 'admin'))
      .then(roleChanged('mia', 'admin'));
    given(group)
      .when(change('ann', 'abe', 'member'))
      .then(roleChanged('abe', 'member'));
    given(group)
      .when(change('ann', 'ann', 'member'))
      .then(roleChanged('ann', 'member'));
    given(group)
      .when(change('ann', 'mia', 'owner'))
      .rejects('not_allowed');
    given(group)
      .when(change('ann', 'ann', 'owner'))
      .rejects('not_allowed');
    given(group)
      .when(change('ann', 'owner', 'member'))
      .rejects('not_allowed');
  });
  it('is not for members', () => {
    given(group)
      .when(change('mia', 'max', 'admin'))
      .rejects('not_allowed');
    given(group)
      .when(change('mia', 'mia', 'admin'))
      .rejects('not_allowed');
    given(group)
      .when(change('stranger', 'mia', 'admin'))
      .rejects('not_a_member');
  });
  it('leaves an owner', () => {
    given(created(['ann:admin']))
      .when(change('owner', 'owner', 'admin'))
      .rejects('last_owner');
    given(group, left('olga'))
      .when(change('owner', 'owner', 'member'))
      .rejects('last_owner');
  });
  it('to what it is changes nothing; of one who is not in it is refused', () => {
    given(group)
      .when(change('owner', 'ann', 'admin'))
      .nothing();
    given(group)
      .when(change('owner', 'stranger', 'admin'))
      .rejects('no_such_member');
  });
});

describe('settings', () => {
  const set = (by: string, settings: object): GroupCommand => ({ type: 'changeSettings', by, settings });
  it('are changed by admins, and say only what changes', () => {
    given(group)
      .when(set('ann', { send: 'admins', editInfo: 'everyone', approval: true }))
      .then({ type: 'GroupSettingsChanged', data: { send: 'admins', approval: true } });
    given(group)
      .when(set('ann', { send: 'everyone' }))
      .nothing();
    given(group)
      .when(set('mia', { send: 'everyone' }))
      .rejects('not_allowed');
  });
  it('can keep name, description and picture to admins', () => {
    const info = (by: string): GroupCommand => ({ type: 'changeInfo', by, name: sealed, description: null });
    const changed = { type: 'GroupInfoChanged', data: { name: sealed, description: null } } as const;
    given(group).when(info('mia')).then(changed);
    given(created(['mia'], { editInfo: 'admins' }))
      .when(info('mia'))
      .rejects('not_allowed');
    given(created(['mia'], { editInfo: 'admins' }))
      .when(info('owner'))
      .then(changed);
    given(group).when({ type: 'changeInfo', by: 'mia' }).nothing();
  });
  it('can keep sending to admins', () => {
    const state = placed([created(['ann:admin', 'mia'], { send: 'admins' })]).reduce(evolve, ABSENT);
    expect(decideSend(state, { account: 'mia', at: 1 })).toEqual({ rejected: 'admins_only' });
    expect(decideSend(state, { account: 'ann', at: 1 })).toEqual({ accepted: { at: 1 } });
  });
});

const join = (by: string, linkId = 'l', now = 1000): GroupCommand => ({
  type: 'join',
  by,
  tokenHash: `hash of ${linkId}`,
  now,
});

describe('an invite link', () => {
  const create = (by: string, linkId: string): GroupCommand => ({
    type: 'createLink',
    by,
    linkId,
    tokenHash: `hash of ${linkId}`,
  });
  it('is made and revoked by admins', () => {
    given(group).when(create('ann', 'l')).then(linked('l'));
    given(group).when(create('mia', 'l')).rejects('not_allowed');
    given(group, linked('l'))
      .when({ type: 'revokeLink', by: 'owner', linkId: 'l' })
      .then({ type: 'InviteLinkRevoked', data: { linkId: 'l' } });
    given(group).when({ type: 'revokeLink', by: 'owner', linkId: 'l' }).nothing();
    given(group, linked('l')).when({ type: 'revokeLink', by: 'mia', linkId: 'l' }).rejects('not_allowed');
  });
  it('is one of 32 at most', () => {
    const links = Array.from({ length: MAX_LINKS }, (_, index) => linked(`l${String(index)}`));
    given(group, ...links)
      .when(create('ann', 'l'))
      .rejects('too_many_links');
    given(group, ...links, { type: 'InviteLinkRevoked', data: { linkId: 'l0' } })
      .when(create('ann', 'l'))
      .then(linked('l'));
  });
  it('lets in whoever has it', () => {
    given(group, linked('l')).when(join('eve')).then(joinedBy('l', 'eve'));
    given(created([], { sharedHistory: true }), linked('l'))
      .when(join('eve'))
      .then(joinedBy('l', 'eve', true));
    given(group).when(join('eve')).rejects('no_such_link');
    given(group, linked('l'), { type: 'InviteLinkRevoked', data: { linkId: 'l' } })
      .when(join('eve'))
      .rejects('no_such_link');
  });
  it('lets in until its time, and as often as it may', () => {
    given(group, linked('l', { expiresAt: 1001 }))
      .when(join('eve'))
      .then(joinedBy('l', 'eve'));
    given(group, linked('l', { expiresAt: 1000 }))
      .when(join('eve'))
      .rejects('link_expired');
    given(group, linked('l', { maxUses: 1 }), joinedBy('l', 'dan'))
      .when(join('eve'))
      .rejects('link_used_up');
    given(group, linked('l', { maxUses: 2 }), joinedBy('l', 'dan'))
      .when(join('eve'))
      .then(joinedBy('l', 'eve'));
  });
  it('means nothing to who is in, and nothing at all once everybody has left', () => {
    given(group, linked('l', { maxUses: 1 }), joinedBy('l', 'dan'))
      .when(join('dan'))
      .nothing();
    given(created(), linked('l'), left('owner')).when(join('eve')).rejects('no_such_link');
  });
  it('lets in again who has left, but whom an admin removed only asks for it', () => {
    const there = [group, linked('l'), joinedBy('l', 'eve')] as const;
    given(...there, left('eve'))
      .when(join('eve'))
      .then(joinedBy('l', 'eve'));
    given(...there, removed('eve'))
      .when(join('eve'))
      .then(requested('eve', 'l'));
    given(...there, removed('eve'), requested('eve', 'l'))
      .when(join('eve'))
      .nothing();
    given(...there, removed('eve'), added('eve'), left('eve'))
      .when(join('eve'))
      .then(joinedBy('l', 'eve'));
    given(...there, left('eve'), joinedBy('l', 'eve'), removed('eve'))
      .when(join('eve'))
      .then(requested('eve', 'l'));
    const longAgo = { ...join('eve'), removedLongAgo: true } as const;
    given(group, linked('l')).when(longAgo).then(requested('eve', 'l'));
    given(...there, left('eve'))
      .when(longAgo)
      .then(joinedBy('l', 'eve'));
  });
  it('does not make the group larger than it may be', () => {
    const full = created(Array.from({ length: MAX_MEMBERS - 1 }, (_, index) => `m${String(index)}`));
    given(full, linked('l')).when(join('eve')).rejects('group_full');
  });
});

describe('a request to join', () => {
  const waiting = [created(['ann:admin', 'mia'], { approval: true }), linked('l')] as const;
  const approve = (by: string, accountId: string): GroupCommand => ({ type: 'approveJoin', by, accountId });
  const decline = (by: string, accountId: string): GroupCommand => ({ type: 'declineJoin', by, accountId });
  const letIn = {
    type: 'MembersAdded',
    data: { members: ['eve'], sharedHistory: false, via: 'request', linkId: 'l' },
  } as const;
  it('is what following a link makes where approval is on; once', () => {
    given(...waiting)
      .when(join('eve'))
      .then(requested('eve', 'l'));
    given(...waiting, requested('eve', 'l'))
      .when(join('eve'))
      .nothing();
    given(...waiting, requested('eve', 'l'), declined('eve'))
      .when(join('eve'))
      .then(requested('eve', 'l'));
  });
  it('is decided by admins', () => {
    const asked = [...waiting, requested('eve', 'l')];
    given(...asked)
      .when(approve('ann', 'eve'))
      .then(letIn);
    given(...asked)
      .when(decline('ann', 'eve'))
      .then(declined('eve'));
    given(...asked)
      .when(approve('mia', 'eve'))
      .rejects('not_allowed');
    given(...asked)
      .when(decline('mia', 'eve'))
      .rejects('not_allowed');
    given(...asked)
      .when(decline('stranger', 'eve'))
      .rejects('not_a_member');
    given(...waiting)
      .when(approve('ann', 'eve'))
      .rejects('no_such_request');
    given(...waiting)
      .when(decline('ann', 'eve'))
      .nothing();
    given(...asked, letIn)
      .when(approve('ann', 'eve'))
      .nothing();
  });
  it('can be taken back by who made it', () => {
    given(...waiting, requested('eve', 'l'))
      .when(decline('eve', 'eve'))
      .then(declined('eve'));
    given(...waiting)
      .when(decline('eve', 'eve'))
      .nothing();
  });
  it('made in time is good after the link has ended', () => {
    given(...waiting, requested('eve', 'l'), { type: 'InviteLinkRevoked', data: { linkId: 'l' } })
      .when(approve('ann', 'eve'))
      .then(letIn);
  });
  it('ends when an admin adds the account', () => {
    given(
      ...waiting,
      requested('eve', 'l'),
      { type: 'MembersAdded', data: { members: ['eve'], sharedHistory: false, via: 'admin' } },
      removed('eve'),
    )
      .when(approve('ann', 'eve'))
      .rejects('no_such_request');
  });
});
