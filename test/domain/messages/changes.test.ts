import { describe, expect, it } from 'vitest';
import {
  decideDelete,
  decideEdit,
  decidePin,
  decideReact,
  type Asked,
} from '../../../src/domain/messages/decideChange.js';
import { emojiOf } from '../../../src/domain/messages/emoji.js';
import { between, given, inGroup, MINUTE, says, SENT_AT, type Happened } from './fixture.js';

const edit =
  (text: string, mentions?: 'everyone' | readonly string[]) =>
  (asked: Asked): ReturnType<typeof decideEdit> =>
    decideEdit(asked, { text, ...(mentions === undefined ? {} : { mentions }) });
const react =
  (emoji: string | null) =>
  (asked: Asked): ReturnType<typeof decideReact> =>
    decideReact(asked, { emoji });
const pin = (asked: Asked): ReturnType<typeof decidePin> => decidePin(asked, { pinned: true });
const unpin = (asked: Asked): ReturnType<typeof decidePin> => decidePin(asked, { pinned: false });
const deleted: Happened = ['ada', 'MessageDeleted', { target: 1 }];

describe('editing', () => {
  it('is for the author, for 15 minutes', () => {
    const said = given(between, says('ada'));
    said.when('ada', edit('new'), 15).then({ type: 'MessageEdited', data: { target: 1, text: 'new' } });
    said.when('ada', edit('new'), 15.01).rejects('too_late', { until: SENT_AT + 15 * MINUTE });
    said.when('bob', edit('new')).rejects('not_allowed');
    said.when('eve', edit('new')).rejects('not_a_member');
    given(inGroup, says('hal')).when('gil', edit('new')).rejects('not_allowed');
  });

  it('is of a text that is there', () => {
    given(between).when('ada', edit('new')).rejects('no_such_message');
    given(between, says('ada'), deleted).when('ada', edit('new')).rejects('gone');
    given(between, says('ada', {}, { kind: 'sealed' }))
      .when('ada', edit('new'))
      .rejects('not_applicable');
    given(between, says('ada', { viewOnce: true }))
      .when('ada', edit('new'))
      .rejects('not_applicable');
  });

  it('mentions members, as sending does', () => {
    const said = given(inGroup, says('hal'));
    said.when('hal', edit('@ida', ['ida'])).then({
      type: 'MessageEdited',
      data: { target: 1, text: '@ida', mentions: ['ida'] },
    });
    said.when('hal', edit('@eve', ['ida', 'eve'])).rejects('mentions_others', { accountIds: ['eve'] });
    said.when('hal', edit('x', Array<string>(51).fill('ida'))).rejects('too_many', { limit: 50 });
    given(between, says('ada')).when('ada', edit('@all', 'everyone')).rejects('not_applicable');
  });

  it('mentions everyone: in a large group by its admins only', () => {
    const crowd = Array.from({ length: 30 }, (_, n) => `m${n}`);
    const more: Happened = ['gil', 'MembersAdded', { members: crowd, sharedHistory: true, via: 'admin' }];
    const data = { target: 1, text: '@all', mentions: 'everyone' as const };
    given(inGroup, says('hal')).when('hal', edit('@all', 'everyone')).then({ type: 'MessageEdited', data });
    given(inGroup, says('hal'), more).when('hal', edit('@all', 'everyone')).rejects('not_allowed');
    given(inGroup, says('gil'), more).when('gil', edit('@all', 'everyone')).then({ type: 'MessageEdited', data });
  });
});

describe('deleting for everyone', () => {
  it('is for the author for 48 hours, and for admins at any time', () => {
    const event = { type: 'MessageDeleted', data: { target: 1 } } as const;
    const said = given(inGroup, says('hal'));
    said.when('hal', decideDelete, 48 * 60).then(event);
    said.when('hal', decideDelete, 48 * 60 + 1).rejects('too_late', { until: SENT_AT + 48 * 60 * MINUTE });
    said.when('gil', decideDelete, 1_000_000).then(event);
    said.when('ida', decideDelete).rejects('not_allowed');
    given(between, says('ada')).when('bob', decideDelete).rejects('not_allowed');
  });

  it('of a list is for its author for 48 hours, as in the conversations that have copies', () => {
    const list: Happened = ['ada', 'BroadcastListCreated', { name: {}, recipients: ['bob'] }];
    const said = given(list, says('ada'));
    said.when('ada', decideDelete, 48 * 60).then({ type: 'MessageDeleted', data: { target: 1 } });
    said.when('ada', decideDelete, 48 * 60 + 1).rejects('too_late', { until: SENT_AT + 48 * 60 * MINUTE });
  });

  it('happens once, however often it is asked for', () => {
    given(between, says('ada'), deleted).when('ada', decideDelete, 1_000_000).nothing();
    given(between, says('ada'), deleted).when('bob', decideDelete).rejects('not_allowed');
  });
});

describe('reacting', () => {
  it('is one emoji an account, changed and taken back', () => {
    const said = given(between, says('ada'));
    said.when('bob', react('👍')).then({ type: 'ReactionChanged', data: { target: 1, emoji: '👍' } });
    said.when('bob', react(null)).nothing();
    const liked = given(between, says('ada'), ['bob', 'ReactionChanged', { target: 1, emoji: '👍' }]);
    liked.when('bob', react('👍')).nothing();
    liked.when('bob', react('❤️')).then({ type: 'ReactionChanged', data: { target: 1, emoji: '❤️' } });
    liked.when('bob', react(null)).then({ type: 'ReactionChanged', data: { target: 1, emoji: null } });
    liked.when('ada', react('👍')).then({ type: 'ReactionChanged', data: { target: 1, emoji: '👍' } });
  });

  it('is to what one may see', () => {
    given(between, says('ada'), deleted).when('bob', react('👍')).rejects('gone');
    given(between, says('ada', { withheld: true }))
      .when('bob', react('👍'))
      .rejects('no_such_message');
    const came: Happened = ['gil', 'MembersAdded', { members: ['joe'], sharedHistory: false, via: 'admin' }];
    given(inGroup, says('hal'), came).when('joe', react('👍')).rejects('no_such_message');
    given(inGroup, says('hal'), ['gil', 'MemberRemoved', { accountId: 'ida' }])
      .when('ida', react('👍'))
      .rejects('not_a_member');
  });

  it('to what is withheld is withheld with it', () => {
    given(between, says('ada', { withheld: true }))
      .when('ada', react('👍'))
      .then({ type: 'ReactionChanged', data: { target: 1, emoji: '👍', withheld: true } });
  });

  it('that was withheld is one’s own: taken back later it tells the other nothing', () => {
    const withheld = true;
    const hidden: Happened = ['bob', 'ReactionChanged', { target: 1, emoji: '👍', withheld }];
    const shown: Happened = ['bob', 'ReactionChanged', { target: 1, emoji: '❤️' }];
    given(between, says('ada'), hidden).when('bob', react('👍')).nothing();
    given(between, says('ada'), hidden).when('ada', react(null)).nothing();
    given(between, says('ada'), hidden)
      .when('bob', react(null))
      .then({ type: 'ReactionChanged', data: { target: 1, emoji: null, withheld } });
    given(between, says('ada'), shown, hidden)
      .when('bob', react('❤️'))
      .then({ type: 'ReactionChanged', data: { target: 1, emoji: '❤️', withheld } });
    given(between, says('ada'), shown, hidden)
      .when('bob', react('🎉'))
      .then({ type: 'ReactionChanged', data: { target: 1, emoji: '🎉' } });
  });

  it.each(['👍', '👩‍👩‍👧', '🇨🇭', '4️⃣', '👋🏽', '❤️'])('takes %s', (emoji) => {
    expect(emojiOf(emoji)).toBe(emoji);
  });
  it.each(['', 'a', '4', '👍👍', ' 👍', '👍 ', '\ud83d', 'é', '👍\u0000'])('refuses %j', (text) => {
    expect(emojiOf(text)).toBeNull();
  });
  it('stores one emoji in one way', () => {
    expect(emojiOf('❤')).toBe('❤️');
  });
});

describe('pinning', () => {
  const pinned = (target: number): Happened => ['gil', 'MessagePinned', { target }];
  it('is for either of two, and for the admins of a group', () => {
    given(between, says('ada'))
      .when('bob', pin)
      .then({ type: 'MessagePinned', data: { target: 1 } });
    given(inGroup, says('hal'))
      .when('gil', pin)
      .then({ type: 'MessagePinned', data: { target: 1 } });
    given(inGroup, says('hal')).when('hal', pin).rejects('not_allowed');
    given(inGroup, says('hal'), pinned(1)).when('hal', unpin).rejects('not_allowed');
  });

  it('is of three at most', () => {
    const three = [pinned(2), pinned(3), pinned(4)];
    const history = [inGroup, says('hal'), says('hal'), says('hal'), says('hal'), ...three];
    given(...history)
      .when('gil', pin)
      .rejects('too_many', { limit: 3 });
    given(...history, ['gil', 'MessageDeleted', { target: 3 }])
      .when('gil', pin)
      .then({ type: 'MessagePinned', data: { target: 1 } });
  });

  it('changes nothing that is so', () => {
    given(inGroup, says('hal'), pinned(1)).when('gil', pin).nothing();
    given(inGroup, says('hal')).when('gil', unpin).nothing();
    given(inGroup, says('hal'), pinned(1))
      .when('gil', unpin)
      .then({ type: 'MessageUnpinned', data: { target: 1 } });
  });

  it('that is withheld is one’s own: undone later it tells the other nothing', () => {
    const withheld = true;
    const hidden = (type: string): Happened => ['bob', type, { target: 1, withheld }];
    const all: Happened = ['ada', 'MessagePinned', { target: 1 }];
    given(between, says('ada'), hidden('MessagePinned')).when('bob', pin).nothing();
    given(between, says('ada'), hidden('MessagePinned'))
      .when('bob', unpin)
      .then({ type: 'MessageUnpinned', data: { target: 1, withheld } });
    given(between, says('ada'), hidden('MessagePinned'))
      .when('ada', pin)
      .then({ type: 'MessagePinned', data: { target: 1 } });
    given(between, says('ada'), all, hidden('MessageUnpinned'))
      .when('bob', pin)
      .then({ type: 'MessagePinned', data: { target: 1, withheld } });
    given(between, says('ada'), all, hidden('MessageUnpinned')).when('ada', pin).nothing();
    given(between, says('ada'), hidden('MessagePinned'), ['ada', 'MessageDeleted', { target: 1 }])
      .when('bob', unpin)
      .nothing();
  });

  it('is not of what is shown once, or says nothing', () => {
    given(between, says('ada', { viewOnce: true }))
      .when('ada', pin)
      .rejects('not_applicable');
    given(between, says('ada'), deleted).when('ada', pin).rejects('gone');
  });
});
