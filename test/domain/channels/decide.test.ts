import { describe, expect, it } from 'vitest';
import { HANDLE, type ChannelCommand } from '../../../src/domain/channels/decide.js';
import { toldOf, type ConversationEvent } from '../../../src/domain/conversations/index.js';
import { decideGroup } from '../../../src/domain/groups/decide.js';
import type { GroupCommand } from '../../../src/domain/groups/commands.js';
import type { SendMessage } from '../../../src/domain/messages/commands.js';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { create, created, crowd, dismissed, folded, given, named, sealed, setAdmin, steppedDown } from './fixture.js';

const group: ConversationEvent = {
  type: 'GroupCreated',
  data: {
    name: sealed,
    members: [{ accountId: 'owner', role: 'owner' }],
    settings: { send: 'everyone', editInfo: 'everyone', addMembers: 'everyone', approval: false, sharedHistory: false },
  },
};

describe('creating a channel', () => {
  it('gives it to who asks first, and to nobody after', () => {
    given().when(create('owner')).then(created);
    given(created).when(create('owner')).nothing();
    given(created).when(create('ann')).rejects('handle_taken');
    given(created, ...named('ann'))
      .when(create('ann'))
      .rejects('handle_taken');
  });

  it('takes along what it is called', () => {
    const info = { name: sealed, description: sealed, avatar: 'https://example.org/a.png' };
    given()
      .when({ type: 'create', by: 'owner', handle: 'news', ...info })
      .then({ ...created, data: { ...created.data, ...info } } as ConversationEvent);
  });

  it('is under a handle of 3 to 32 small letters, digits and single underscores within', () => {
    for (const handle of ['abc', '0_1', 'daily_news_24', 'x'.repeat(32)]) expect(HANDLE.test(handle)).toBe(true);
    for (const handle of ['', 'ab', 'Abc', 'a-b', 'a__b', '_ab', 'ab_', 'a b', 'äbc', 'abc\n', 'x'.repeat(33)])
      expect(HANDLE.test(handle)).toBe(false);
  });
});

describe('the admins of a channel', () => {
  it('are named and dismissed by its owner', () => {
    given(created)
      .when(setAdmin('owner', 'ann', true))
      .then(...named('ann'));
    given(created, ...named('ann'))
      .when(setAdmin('owner', 'ann', false))
      .then(dismissed('ann'));
    given(created, ...named('ann'), dismissed('ann'))
      .when(setAdmin('owner', 'ann', true))
      .then(...named('ann'));
  });

  it('are named by nobody else', () => {
    for (const by of ['ann', 'bob', 'stranger'])
      for (const admin of [true, false])
        given(created, ...named('ann'), ...named('cleo'))
          .when(setAdmin(by, 'cleo', admin))
          .rejects('not_allowed');
  });

  it('are what they are already without another word', () => {
    given(created, ...named('ann'))
      .when(setAdmin('owner', 'ann', true))
      .nothing();
    given(created)
      .when(setAdmin('owner', 'ann', false))
      .nothing();
  });

  it('may step down, once', () => {
    given(created, ...named('ann'))
      .when(setAdmin('ann', 'ann', false))
      .then(steppedDown('ann'));
    given(created, ...named('ann'), steppedDown('ann'))
      .when(setAdmin('ann', 'ann', false))
      .nothing();
    given(created)
      .when(setAdmin('stranger', 'stranger', false))
      .rejects('not_allowed');
    given(created)
      .when(setAdmin('stranger', 'stranger', true))
      .rejects('not_allowed');
  });

  it('are no more than 32 with the owner, who may replace one', () => {
    given(created, ...crowd)
      .when(setAdmin('owner', 'ann', true))
      .rejects('too_many_admins');
    given(created, ...crowd, dismissed('admin7'))
      .when(setAdmin('owner', 'ann', true))
      .then(...named('ann'));
  });
});

describe('the owner of a channel', () => {
  it('stays', () => {
    for (const admin of [true, false])
      given(created)
        .when(setAdmin('owner', 'owner', admin))
        .rejects('not_allowed');
    given(created, ...named('ann'))
      .when(setAdmin('ann', 'owner', false))
      .rejects('not_allowed');
  });
});

describe('what a channel is called', () => {
  it('is for its admins to change', () => {
    const change = (by: string): ChannelCommand => ({ type: 'changeInfo', by, name: sealed, description: null });
    const changed: ConversationEvent = { type: 'GroupInfoChanged', data: { name: sealed, description: null } };
    given(created).when(change('owner')).then(changed);
    given(created, ...named('ann'))
      .when(change('ann'))
      .then(changed);
    given(created, ...named('ann'), dismissed('ann'))
      .when(change('ann'))
      .rejects('not_allowed');
    given(created).when(change('stranger')).rejects('not_allowed');
    given(created).when({ type: 'changeInfo', by: 'owner' }).nothing();
  });
});

describe('what is no channel', () => {
  it('is not ruled as one', () => {
    for (const command of [
      setAdmin('owner', 'ann', true),
      { type: 'changeInfo', by: 'owner', name: sealed } as const,
    ]) {
      given().when(command).rejects('no_such_channel');
      given(group).when(command).rejects('no_such_channel');
    }
  });

  it('is not made of a channel: the commands of groups have no say in it', () => {
    const state = folded(created, ...named('ann'));
    const commands: GroupCommand[] = [
      { type: 'addMembers', by: 'owner', members: ['bob'] },
      { type: 'removeMember', by: 'owner', accountId: 'ann' },
      { type: 'leave', by: 'owner' },
      { type: 'changeRole', by: 'owner', accountId: 'ann', role: 'owner' },
      { type: 'changeInfo', by: 'owner', name: sealed },
      { type: 'changeSettings', by: 'owner', settings: { send: 'everyone' } },
      { type: 'createLink', by: 'owner', linkId: 'l1', tokenHash: 'h' },
      { type: 'approveJoin', by: 'owner', accountId: 'bob' },
    ];
    for (const command of commands) expect(decideGroup(state, command)).toEqual({ rejected: 'not_allowed' });
  });
});

describe('who writes to a channel', () => {
  it('are its admins', () => {
    const state = folded(created, ...named('ann'), ...named('bob'), dismissed('bob'));
    const send = (account: string) => decideSend(state, { account, at: 1 });
    for (const account of ['owner', 'ann']) expect(send(account)).toEqual({ accepted: { at: 1 } });
    for (const account of ['bob', 'follower']) expect(send(account)).toEqual({ rejected: 'not_a_member' });
  });

  it('send nothing that followers would have to answer: no polls, nothing that is shown once', () => {
    const asked = { question: 'When?', options: ['now', 'later'] };
    const poll = { kind: 'poll', poll: asked, multiple: false, votesVisible: false } as const;
    const text = { kind: 'text', text: 'psst' } as const;
    const notApplicable = { rejected: { kind: 'not_applicable' } };
    const send = (what: Partial<SendMessage>, events = [created]) =>
      decideSend(folded(...events), { account: 'owner', at: 1, ...what });
    expect(send({ content: poll })).toEqual(notApplicable);
    expect(send({ content: text, viewOnce: true })).toEqual(notApplicable);
    expect(send({ content: text })).toEqual({ accepted: { at: 1 } });
    for (const what of [{ content: poll }, { content: text, viewOnce: true }] as const)
      expect(send(what, [group])).toEqual({ accepted: { at: 1 } });
  });
});

describe('the stream of a channel', () => {
  it('tells of its admins, each of what happened from coming to going', () => {
    const state = folded(created, ...named('ann'), dismissed('ann'));
    expect([0, 1, 2, 3, 4].map((seq) => toldOf(state, seq))).toEqual([
      ['owner'],
      ['owner', 'ann'],
      ['owner', 'ann'],
      ['owner', 'ann'],
      ['owner'],
    ]);
  });
});
