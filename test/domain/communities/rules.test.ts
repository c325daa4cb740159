import { describe, expect, it } from 'vitest';
import type { CommunityCommand, LinkCommand } from '../../../src/domain/communities/commands.js';
import { COMMUNITY_SETTINGS, MAX_GROUPS } from '../../../src/domain/communities/decide.js';
import type { ConversationEvent } from '../../../src/domain/conversations/index.js';
import { MAX_COMMUNITY_MEMBERS } from '../../../src/domain/groups/decide.js';
import { decideReact, decidePin } from '../../../src/domain/messages/decideChange.js';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { added, created, joinedBy, left, linked, removed, requested, roleChanged, sealed } from '../groups/fixture.js';
import { given as givenMessages, says, type Happened } from '../messages/fixture.js';
import {
  community,
  deactivated,
  folded,
  given,
  givenCommunity,
  givenGroup,
  givenIn,
  groupLinked,
  groupUnlinked,
  linkedTo,
  tookIn,
  unlinkedFrom,
} from './fixture.js';

const many = (count: number, of = 'm'): string[] =>
  Array.from({ length: count }, (_, index) => `${of}${String(index)}`);
const admit = (by: string, groupId = 'g', link = 1, members: readonly string[] = [by]): CommunityCommand => ({
  type: 'admitGroup',
  by,
  groupId,
  link,
  members,
});
const ann: ConversationEvent[] = [tookIn('g', 'ann', 'bob'), roleChanged('ann', 'admin')];

describe('a community', () => {
  const create: CommunityCommand = { type: 'create', by: 'owner', name: sealed };
  it('is made once, by its owner', () => {
    givenCommunity().when(create).then(community);
    givenCommunity(community).when(create).nothing();
  });
  it('is for announcements: its admins write, what others would have to answer in public is not said', () => {
    const state = folded(community, ...ann);
    expect(decideSend(state, { account: 'bob', at: 1 })).toEqual({ rejected: 'admins_only' });
    expect(decideSend(state, { account: 'ann', at: 1 })).toEqual({ accepted: { at: 1 } });
    const poll = { kind: 'poll', poll: '{}', options: 2, multiple: false, votesVisible: true } as const;
    for (const more of [{ content: poll }, { viewOnce: true }])
      expect(decideSend(state, { account: 'ann', at: 1, ...more } as never)).toEqual({
        rejected: { kind: 'not_applicable' },
      });
  });
  it('does not show members to each other: they do nothing to announcements, admins do', () => {
    const by = ({ type, data }: ConversationEvent): Happened => ['owner', type, data];
    const said = givenMessages(by(community), says('owner'), ...ann.map(by));
    said.when('bob', (asked) => decideReact(asked, { emoji: '👍' })).rejects('not_allowed');
    said.when('bob', (asked) => decidePin(asked, { pinned: true })).rejects('not_allowed');
    said
      .when('ann', (asked) => decideReact(asked, { emoji: '👍' }))
      .then({ type: 'ReactionChanged', data: { target: 1, emoji: '👍' } });
  });
  it('keeps its settings, but for approval and what newcomers see', () => {
    given(community)
      .when({ type: 'changeSettings', by: 'owner', settings: { approval: true } })
      .then({ type: 'GroupSettingsChanged', data: { approval: true } });
    given(community)
      .when({ type: 'changeSettings', by: 'owner', settings: { ...COMMUNITY_SETTINGS, send: 'everyone' } })
      .rejects('not_allowed');
    given(community).when({ type: 'changeSettings', by: 'owner', settings: COMMUNITY_SETTINGS }).nothing();
  });
  it('has up to 5,000 members', () => {
    const full = [community, ...many(5, 'g').map((group) => tookIn(group, ...many(999, group)))];
    const add = (...members: string[]) => ({ type: 'addMembers', by: 'owner', members }) as const;
    given(...full)
      .when(add(...many(4)))
      .then({ ...added(...many(4)), data: { members: many(4), sharedHistory: true, via: 'admin' } } as never);
    given(...full)
      .when(add(...many(MAX_COMMUNITY_MEMBERS - 4995)))
      .rejects('community_full');
    const link = [linked('l'), added(...many(4))];
    given(...full, ...link)
      .when({ type: 'join', by: 'late', tokenHash: 'hash of l', now: 0 })
      .rejects('community_full');
  });
});

describe('leaving a community', () => {
  const leave = (by: string) => ({ type: 'leave', by }) as const;
  it('is for everybody but an owner whom no admin could follow', () => {
    given(community, ...ann)
      .when(leave('bob'))
      .then(left('bob'));
    given(community, ...ann)
      .when(leave('owner'))
      .then(left('owner', 'ann'));
    given(community, tookIn('g', 'bob')).when(leave('owner')).rejects('last_owner');
    given(community).when(leave('owner')).then(left('owner'));
  });
});

describe('linking a group', () => {
  const group = created(['ann:admin', 'bob']);
  const link = (by: string, communityId = 'c'): LinkCommand => ({ type: 'link', by, communityId });
  it('is for an admin of it', () => {
    givenGroup(group).when(link('ann')).then(linkedTo('c'));
    givenGroup(group).when(link('bob')).rejects('not_allowed');
    givenGroup(group).when(link('stranger')).rejects('not_a_member');
    givenGroup(community).when(link('owner')).rejects('not_allowed');
  });
  it('is to one community', () => {
    givenGroup(group, linkedTo('c')).when(link('ann')).nothing();
    givenGroup(group, linkedTo('c')).when(link('ann', 'd')).rejects('linked_elsewhere');
    givenGroup(group, linkedTo('c'), unlinkedFrom('c')).when(link('ann', 'd')).then(linkedTo('d'));
  });
  it('is for an admin of the community too, as long as there is one', () => {
    givenCommunity(community, ...ann)
      .when(admit('ann'))
      .then(groupLinked('g'));
    givenCommunity(community, ...ann)
      .when(admit('bob'))
      .rejects('not_allowed');
    givenCommunity(community).when(admit('stranger')).rejects('not_a_member');
    givenCommunity(community, deactivated).when(admit('owner')).rejects('not_a_member');
    givenCommunity(created()).when(admit('owner')).rejects('not_allowed');
  });
  it('is for up to 50 groups, and 5,000 members with those of the group', () => {
    const all = many(MAX_GROUPS, 'g').map((each) => groupLinked(each));
    givenCommunity(community, ...all)
      .when(admit('owner'))
      .rejects('too_many_groups');
    givenCommunity(community, ...all, groupUnlinked('g0'))
      .when(admit('owner'))
      .then(groupLinked('g'));
    const crowd = [community, ...many(5, 'x').map((each) => tookIn(each, ...many(999, each)))];
    givenCommunity(...crowd)
      .when(admit('owner', 'g', 1, ['owner', ...many(5, 'new')]))
      .rejects('community_full');
    givenCommunity(...crowd)
      .when(admit('owner', 'g', 1, ['owner', 'x00', ...many(4, 'new')]))
      .then(groupLinked('g'));
  });
  it('again changes nothing, however late; what was cut before it came stays so', () => {
    givenCommunity(community, groupLinked('g', 4))
      .when(admit('owner', 'g', 4))
      .nothing();
    givenCommunity(community, groupLinked('g', 4))
      .when(admit('owner', 'g', 2))
      .nothing();
    const cut = [community, groupLinked('g', 4), groupUnlinked('g', 4)];
    givenCommunity(...cut)
      .when(admit('owner', 'g', 4))
      .rejects('unlinked');
    givenCommunity(...cut)
      .when(admit('owner', 'g', 7))
      .then(groupLinked('g', 7));
  });
});

describe('unlinking a group', () => {
  const group = [created(['ann:admin', 'bob']), linkedTo('c')];
  it('is for an admin of the group', () => {
    const unlink = (by: string, communityId = 'c'): LinkCommand => ({ type: 'unlink', by, communityId });
    givenGroup(...group)
      .when(unlink('ann'))
      .then(unlinkedFrom('c'));
    givenGroup(...group)
      .when(unlink('bob'))
      .rejects('not_allowed');
    givenGroup(...group)
      .when(unlink('ann', 'd'))
      .nothing();
  });
  it('or of the community', () => {
    const remove = (by: string): CommunityCommand => ({ type: 'removeGroup', by, groupId: 'g' });
    givenCommunity(community, ...ann, groupLinked('g', 3))
      .when(remove('ann'))
      .then(groupUnlinked('g', 3));
    givenCommunity(community, ...ann, groupLinked('g', 3))
      .when(remove('bob'))
      .rejects('not_allowed');
    givenCommunity(community, ...ann)
      .when(remove('ann'))
      .nothing();
  });
  it('that the other stream said is of that link alone', () => {
    const cut = (link: number): LinkCommand => ({ type: 'cut', communityId: 'c', link });
    givenGroup(...group)
      .when(cut(1))
      .then(unlinkedFrom('c'));
    givenGroup(...group, unlinkedFrom('c'), linkedTo('c'))
      .when(cut(1))
      .nothing();
    const dismiss = (link: number): CommunityCommand => ({ type: 'dismissGroup', groupId: 'g', link });
    givenCommunity(community, groupLinked('g', 3)).when(dismiss(3)).then(groupUnlinked('g', 3));
    givenCommunity(community, groupLinked('g', 3)).when(dismiss(1)).nothing();
    givenCommunity(community, groupLinked('g', 3), groupUnlinked('g', 3)).when(dismiss(3)).nothing();
  });
});

describe('members of a linked group', () => {
  it('become members of the community, each once', () => {
    const takeIn: CommunityCommand = { type: 'takeIn', groupId: 'g', members: ['owner', 'ann', 'bob'] };
    givenCommunity(community, groupLinked('g'))
      .when(takeIn)
      .then(tookIn('g', 'ann', 'bob'));
    givenCommunity(community, groupLinked('g'), tookIn('g', 'ann', 'bob'))
      .when(takeIn)
      .nothing();
    givenCommunity(community, groupLinked('g'), groupUnlinked('g')).when(takeIn).nothing();
  });
  it('leave it with the community, and hand it over where they must', () => {
    const expel = (accountId: string, stay: number, how: 'left' | 'removed'): LinkCommand => ({
      type: 'expel',
      communityId: 'c',
      accountId,
      stay,
      how,
    });
    const group = [created(['ann', 'bob']), linkedTo('c')];
    givenGroup(...group)
      .when(expel('ann', 0, 'left'))
      .then(left('ann'));
    givenGroup(...group)
      .when(expel('ann', 0, 'removed'))
      .then(removed('ann'));
    givenGroup(...group)
      .when(expel('owner', 0, 'removed'))
      .then({ type: 'MemberRemoved', data: { accountId: 'owner', newOwner: 'ann' } });
    // Who has come back since stays.
    givenGroup(...group, left('ann'), added('ann'))
      .when(expel('ann', 0, 'left'))
      .nothing();
    givenGroup(...group, unlinkedFrom('c'))
      .when(expel('ann', 0, 'left'))
      .nothing();
  });
  it('are asked for room in both', () => {
    const full = [community, ...many(5, 'x').map((each) => tookIn(each, ...many(1000, each)))].slice(0, 6);
    const group = [created(), linkedTo('c')];
    const add = (...members: string[]) => ({ type: 'addMembers', by: 'owner', members }) as const;
    givenIn(...full)(...group)
      .when(add('new'))
      .rejects('community_full');
    givenIn(...full)(...group)
      .when(add('x00'))
      .then(added('x00'));
    givenIn(community)(...group)
      .when(add('new'))
      .then(added('new'));
  });
});

describe('joining a group out of its community', () => {
  const members = [community, tookIn('g', 'ann', 'bob')];
  const join = (by: string) => ({ type: 'joinFrom', by, communityId: 'c' }) as const;
  const came: ConversationEvent = {
    type: 'MembersAdded',
    data: { members: ['ann'], sharedHistory: false, via: 'community' },
  };
  it('is for its members', () => {
    const group = [created(), linkedTo('c')];
    givenIn(...members)(...group)
      .when(join('ann'))
      .then(came);
    givenIn(...members)(...group, came)
      .when(join('ann'))
      .nothing();
    givenIn(...members)(...group)
      .when(join('stranger'))
      .rejects('not_a_member');
    givenIn(
      ...members,
      removed('ann'),
    )(...group)
      .when(join('ann'))
      .rejects('not_a_member');
    givenIn(...members)(created(), linkedTo('d'))
      .when(join('ann'))
      .rejects('not_linked');
  });
  it('waits for an admin where the group wants that', () => {
    const group = [created([], { approval: true }), linkedTo('c')];
    const request: ConversationEvent = { type: 'JoinRequested', data: { accountId: 'ann' } };
    givenIn(...members)(...group)
      .when(join('ann'))
      .then(request);
    givenIn(...members)(...group, request)
      .when(join('ann'))
      .nothing();
    givenIn(...members)(...group, request)
      .when({ type: 'approveJoin', by: 'owner', accountId: 'ann' })
      .then({ type: 'MembersAdded', data: { members: ['ann'], sharedHistory: false, via: 'request' } });
  });
  it('waits for an admin too after an admin removed one', () => {
    givenIn(...members)(created(['ann']), linkedTo('c'), removed('ann'))
      .when(join('ann'))
      .then({ type: 'JoinRequested', data: { accountId: 'ann' } });
    givenIn(...members)(created(['ann']), linkedTo('c'), left('ann'))
      .when(join('ann'))
      .then(came);
  });
  it('is turned down when the community was left, but not of who came by a link', () => {
    const group = [created([], { approval: true }), linkedTo('c')];
    const turnAway: LinkCommand = { type: 'turnAway', communityId: 'c', accountId: 'ann' };
    givenGroup(...group, { type: 'JoinRequested', data: { accountId: 'ann' } })
      .when(turnAway)
      .then({ type: 'JoinDeclined', data: { accountId: 'ann' } });
    givenGroup(...group, requested('ann', 'l'))
      .when(turnAway)
      .nothing();
  });
});

describe('deactivating a community', () => {
  const deactivate = (by: string): CommunityCommand => ({ type: 'deactivate', by });
  it('is for an owner, once', () => {
    givenCommunity(community, ...ann)
      .when(deactivate('owner'))
      .then(deactivated);
    givenCommunity(community, ...ann)
      .when(deactivate('ann'))
      .rejects('not_allowed');
    givenCommunity(community, deactivated).when(deactivate('owner')).nothing();
    givenCommunity(community, deactivated).when(deactivate('stranger')).rejects('not_a_member');
  });
  it('ends all memberships and links, and leads nobody in any more', () => {
    const over = folded(community, groupLinked('g'), ...ann, linked('l'), deactivated);
    expect(over).toMatchObject({ members: new Map(), groups: new Map([['g', { link: 1, linked: false, since: 5 }]]) });
    expect(decideSend(over, { account: 'owner', at: 1 })).toEqual({ rejected: 'not_a_member' });
    given(community, linked('l'), deactivated)
      .when({ type: 'join', by: 'zoe', tokenHash: 'hash of l', now: 0 })
      .rejects('no_such_link');
  });
});

it('an invite link of a community leads into it', () => {
  given(community, linked('l'))
    .when({ type: 'join', by: 'zoe', tokenHash: 'hash of l', now: 0 })
    .then(joinedBy('l', 'zoe', true));
});
