import { describe, expect, it } from 'vitest';
import { CASE_LIMITS, decideOpenCase, type Evidence, type OpenCase } from '../../../src/domain/cases/decide.js';

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
const decide = (more: Partial<OpenCase>, open = false) => decideOpenCase(open, { ...report, ...more });

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
    expect(decide({}, true)).toEqual({ events: [] });
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
