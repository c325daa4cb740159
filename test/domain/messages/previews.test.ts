import { describe, expect, it } from 'vitest';
import { decidePreview } from '../../../src/domain/messages/decidePreview.js';
import { between, folded, inGroup, MINUTE, says, SENT_AT, type Happened } from './fixture.js';

const link = { version: 1, preview: '{}' };
const edited: Happened = ['ada', 'MessageEdited', { target: 1 }];
const added: Happened = ['ada', 'LinkPreviewAdded', { target: 1 }];

const decided = (history: readonly Happened[], version = 1, account = 'ada', minutes = 1) =>
  decidePreview({ ...folded(history, account), account, now: SENT_AT + minutes * MINUTE }, { ...link, version });

describe('the preview of a link', () => {
  it('is added once to a text, and once to each edit of it', () => {
    const event = { type: 'LinkPreviewAdded', data: { target: 1, preview: '{}' } };
    expect(decided([between, says('ada')])).toEqual(event);
    expect(decided([between, says('ada'), added])).toBeUndefined();
    expect(decided([between, says('ada'), added, edited], 3)).toEqual(event);
    expect(decided([between, says('ada'), added, edited, added], 3)).toBeUndefined();
  });

  it('is not added to what the message says no more', () => {
    expect(decided([between, says('ada'), edited])).toBeUndefined();
    expect(decided([between, says('ada'), edited, edited], 2)).toBeUndefined();
    expect(decided([between, says('ada'), ['ada', 'MessageDeleted', { target: 1 }]])).toBeUndefined();
    expect(decided([between, says('ada'), ['ada', 'MessagesExpired', { targets: [1] }]])).toBeUndefined();
    expect(decided([between, says('ada', { expiresAt: SENT_AT + MINUTE })])).toBeUndefined();
    expect(decided([between, says('ada', { expiresAt: SENT_AT + 2 * MINUTE })])).toBeDefined();
  });

  it('is of texts that stay readable', () => {
    expect(decided([between])).toBeUndefined();
    expect(decided([between, says('ada', {}, { kind: 'sealed' })])).toBeUndefined();
    expect(decided([between, says('ada', {}, { kind: 'contact' })])).toBeUndefined();
    expect(decided([between, says('ada', { viewOnce: true })])).toBeUndefined();
  });

  it('of a withheld message is withheld, and so is one that comes while an edit is', () => {
    const withheld = true;
    expect(decided([between, says('ada', { withheld })])?.data).toEqual({ target: 1, preview: '{}', withheld });
    const hidden: Happened = ['ada', 'LinkPreviewAdded', { target: 1, withheld }];
    expect(decided([between, says('ada'), hidden])).toBeUndefined();
    const edit: Happened = ['ada', 'MessageEdited', { target: 1, withheld }];
    expect(decided([between, says('ada'), edit])).toBeUndefined();
    expect(decided([between, says('ada'), edit], 2)?.data).toEqual({ target: 1, preview: '{}', withheld });
    expect(decided([between, says('ada'), edit, edited], 3)?.data).toEqual({ target: 1, preview: '{}' });
  });

  it('comes from nobody who has left', () => {
    expect(decided([inGroup, says('hal')], 1, 'hal')).toBeDefined();
    const left: Happened = ['hal', 'MemberLeft', { accountId: 'hal' }];
    expect(decided([inGroup, says('hal'), left], 1, 'hal')).toBeUndefined();
  });
});
