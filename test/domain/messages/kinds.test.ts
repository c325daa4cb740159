import { describe, it } from 'vitest';
import type { Asked } from '../../../src/domain/messages/decideChange.js';
import {
  decideClosePoll,
  decideEndLive,
  decideMove,
  decideOpen,
  decideVote,
} from '../../../src/domain/messages/decideKinds.js';
import { between, given, inGroup, MINUTE, poll, says, SENT_AT, type Happened } from './fixture.js';

const vote =
  (...options: number[]) =>
  (asked: Asked): ReturnType<typeof decideVote> =>
    decideVote(asked, { options });
const move = (asked: Asked): ReturnType<typeof decideMove> => decideMove(asked, { place: '{}' });

describe('voting', () => {
  it('is for one option, or for several where that may be', () => {
    given(inGroup, poll('hal'))
      .when('ida', vote(2))
      .then({ type: 'PollVoted', data: { target: 1, options: [2] } });
    given(inGroup, poll('hal')).when('ida', vote(0, 1)).rejects('invalid_choice');
    given(inGroup, poll('hal', { multiple: true }))
      .when('ida', vote(2, 0, 2))
      .then({ type: 'PollVoted', data: { target: 1, options: [0, 2] } });
    for (const option of [-1, 3, 0.5]) given(inGroup, poll('hal')).when('ida', vote(option)).rejects('invalid_choice');
  });

  it('may be changed and taken back, each once', () => {
    const voted = given(inGroup, poll('hal'), ['ida', 'PollVoted', { target: 1, options: [1] }]);
    voted.when('ida', vote(1)).nothing();
    voted.when('ida', vote(0)).then({ type: 'PollVoted', data: { target: 1, options: [0] } });
    voted.when('ida', vote()).then({ type: 'PollVoted', data: { target: 1, options: [] } });
    given(inGroup, poll('hal')).when('ida', vote()).nothing();
  });

  it('ends when the poll does', () => {
    const timed = given(inGroup, poll('hal', { closesAt: SENT_AT + 5 * MINUTE }));
    timed.when('ida', vote(1), 4.9).then({ type: 'PollVoted', data: { target: 1, options: [1] } });
    timed.when('ida', vote(1), 5).rejects('poll_closed');
    timed.when('hal', decideClosePoll, 5).nothing();
    const closed = given(inGroup, poll('hal'), ['hal', 'PollClosed', { target: 1 }]);
    closed.when('ida', vote(1)).rejects('poll_closed');
    closed.when('hal', decideClosePoll).nothing();
    closed.when('ida', decideClosePoll).rejects('not_allowed');
  });

  it('is secret where votes are not visible', () => {
    given(inGroup, poll('hal', { votesVisible: false }))
      .when('ida', vote(1))
      .then({ type: 'PollVoted', data: { target: 1, options: [1], secret: true } });
  });

  it('is in a poll', () => {
    given(inGroup, says('hal')).when('ida', vote(0)).rejects('not_applicable');
    given(inGroup, poll('hal'), ['hal', 'MessageDeleted', { target: 1 }])
      .when('ida', vote(0))
      .rejects('gone');
  });
});

describe('a live location', () => {
  const live = says('hal', {}, { kind: 'location', liveUntil: SENT_AT + 15 * MINUTE });
  it('moves for its author, every three seconds, until its end', () => {
    const event = { type: 'LocationUpdated', data: { target: 1, place: '{}' } } as const;
    given(inGroup, live).when('hal', move).then(event);
    given(inGroup, live).when('gil', move).rejects('not_allowed');
    given(inGroup, live)
      .when('hal', move, 15)
      .rejects('too_late', { until: SENT_AT + 15 * MINUTE });
    const moved: Happened = ['hal', 'LocationUpdated', { target: 1 }, 1];
    given(inGroup, live, moved).when('hal', move, 1.04).rejects('too_soon', { retryAfterMs: 600 });
    given(inGroup, live, moved).when('hal', move, 1.05).then(event);
    given(inGroup, says('hal', {}, { kind: 'location' }))
      .when('hal', move)
      .rejects('not_applicable');
  });

  it('ends once', () => {
    given(inGroup, live)
      .when('hal', decideEndLive)
      .then({ type: 'LocationEnded', data: { target: 1 } });
    const ended = given(inGroup, live, ['hal', 'LocationEnded', { target: 1 }]);
    ended.when('hal', decideEndLive).nothing();
    ended.when('hal', move).rejects('too_late', { until: SENT_AT + 15 * MINUTE });
    given(inGroup, live).when('hal', decideEndLive, 16).nothing();
    given(inGroup, live).when('ida', decideEndLive).rejects('not_allowed');
  });
});

describe('what is shown once', () => {
  const once = says('hal', { viewOnce: true });
  const opened = (who: string): Happened => [who, 'ViewOnceOpened', { target: 1 }];
  it('is opened once an account, and not by its author', () => {
    given(inGroup, once)
      .when('ida', decideOpen)
      .then({ type: 'ViewOnceOpened', data: { target: 1 } });
    given(inGroup, once, opened('ida')).when('ida', decideOpen).rejects('already_opened');
    given(inGroup, once).when('hal', decideOpen).rejects('not_allowed');
    given(inGroup, says('hal')).when('ida', decideOpen).rejects('not_applicable');
    given(inGroup, once, ['hal', 'MessageDeleted', { target: 1 }])
      .when('ida', decideOpen)
      .rejects('gone');
  });

  it('leaves nothing when the last of them opens it', () => {
    const last = { type: 'ViewOnceOpened', data: { target: 1, everyone: true } } as const;
    given(between, says('ada', { viewOnce: true }))
      .when('bob', decideOpen)
      .then(last);
    given(inGroup, once, opened('ida')).when('gil', decideOpen).then(last);
    given(inGroup, once, ['gil', 'MemberRemoved', { accountId: 'ida' }])
      .when('gil', decideOpen)
      .then(last);
    // Who came after it cannot see it.
    given(inGroup, once, opened('ida'), ['gil', 'MembersAdded', { members: ['joe'], sharedHistory: false }])
      .when('gil', decideOpen)
      .then(last);
  });

  it('is opened even while one of two blocks the other', () => {
    given(between, says('ada', { viewOnce: true }), ['bob', 'ViewOnceOpened', { target: 1, withheld: true }])
      .when('bob', decideOpen)
      .rejects('already_opened');
  });
});
