import { describe, expect, it } from 'vitest';
import {
  CASE_LIMITS,
  decideCloseCase,
  decideOpenCase,
  type Evidence,
  type OpenCase,
} from '../../../src/domain/cases/decide.js';
import { evolve, NO_CASE } from '../../../src/domain/cases/state.js';
import { specification } from '../../kit/specification.js';

const message = (id: string, more: Partial<Evidence> = {}): Evidence => ({
  id,
  conversationId: 'c1',
  authorId: 'eve',
  seq: 3,
  at: 1,
  kind: 'text',
  text: 'buy this',
  body: null,
  ...more,
});
const report: OpenCase = { reporter: 'ada', accountId: 'eve', exists: true, reason: 'spam', evidence: [] };
const decide = (more: Partial<OpenCase>, state = NO_CASE) => decideOpenCase(state, { ...report, ...more });

describe('a report', () => {
  it('opens a case of the account, with a comment and with the messages as they were seen', () => {
    expect(decide({ comment: '  again  ', evidence: [message('m1')] })).toEqual({
      events: [
        {
          type: 'CaseOpened',
          data: {
            reporterId: 'ada',
            accountId: 'eve',
            conversationId: 'c1',
            reason: 'spam',
            comment: 'again',
            evidence: JSON.stringify([{ id: 'm1', seq: 3, at: 1, kind: 'text', text: 'buy this', body: null }]),
          },
        },
      ],
    });
    expect(decide({})).toEqual({
      events: [{ type: 'CaseOpened', data: { reporterId: 'ada', accountId: 'eve', reason: 'spam' } }],
    });
  });
  it('is the same case when it is made again', () => {
    expect(decide({}, { kind: 'open' })).toEqual({ events: [] });
    expect(decide({}, { kind: 'closed', verdict: 'upheld' })).toEqual({ events: [] });
  });
  it.each([
    ['oneself', { accountId: 'ada' }, { kind: 'no_such_account' }],
    ['nobody', { exists: false }, { kind: 'no_such_account' }],
    ['a message that is not to be seen', { evidence: [undefined] }, { kind: 'no_such_message' }],
    ['a message of another', { evidence: [message('m1', { authorId: 'bob' })] }, { kind: 'no_such_message' }],
    [
      'messages of two conversations',
      { evidence: [message('m1'), message('m2', { conversationId: 'c2' })] },
      { kind: 'no_such_message' },
    ],
    [
      'more messages than that',
      { evidence: Array.from({ length: 6 }, (_, index) => message(String(index))) },
      { kind: 'too_many', limit: CASE_LIMITS.evidence },
    ],
    [
      'a comment too long',
      { comment: 'x'.repeat(1001) },
      { kind: 'invalid_text', field: 'comment', reason: 'too_long' },
    ],
  ] as const)('refuses %s', (_what, more, rejected) => {
    expect(decide(more)).toEqual({ rejected });
  });
});

describe('closing a case', () => {
  const { given } = specification({ initial: NO_CASE, evolve, decide: decideCloseCase });
  const opened = { type: 'CaseOpened', data: { reporterId: 'ada', accountId: 'eve', reason: 'spam' } } as const;
  const upheld = { type: 'CaseClosed', data: { verdict: 'upheld', note: 'a bot' } } as const;

  it('says what was made of it, and why', () => {
    given(opened).when({ verdict: 'upheld', note: ' a bot ' }).then(upheld);
    given(opened)
      .when({ verdict: 'dismissed', note: ' ' })
      .then({ type: 'CaseClosed', data: { verdict: 'dismissed' } });
  });
  it('is done once', () => {
    given(opened, upheld).when({ verdict: 'upheld', note: 'another' }).nothing();
    given(opened, upheld).when({ verdict: 'dismissed' }).rejects({ kind: 'already_closed', verdict: 'upheld' });
    given(opened, upheld, { type: 'CaseClosed', data: { verdict: 'dismissed' } })
      .when({ verdict: 'upheld' })
      .nothing();
  });
  it('needs a case, and words that fit', () => {
    given().when({ verdict: 'upheld' }).rejects({ kind: 'no_such_case' });
    given(upheld).when({ verdict: 'upheld' }).rejects({ kind: 'no_such_case' });
    given(opened)
      .when({ verdict: 'upheld', note: 'x'.repeat(CASE_LIMITS.note + 1) })
      .rejects({ kind: 'invalid_text', field: 'note', reason: 'too_long' });
  });
});
