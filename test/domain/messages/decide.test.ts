import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMessage, MAX_SEALED_BYTES, MAX_TEXT } from '../../../src/domain/messages/contents.js';
import { decideSend } from '../../../src/domain/messages/decide.js';
import { ABSENT, evolve } from '../../../src/domain/conversations/state.js';
import { placed } from '../../kit/specification.js';

const talking = placed([{ type: 'ConversationStarted', data: { kind: 'direct', members: ['a', 'b'] } }]).reduce(
  evolve,
  ABSENT,
);
const text = (value: string): ReturnType<typeof checkMessage> => checkMessage('c1', { kind: 'text', text: value });

describe('sending a message', () => {
  it('is for members', () => {
    expect(decideSend(talking, { account: 'a', at: 1000 })).toEqual({ accepted: { at: 1000 } });
    expect(decideSend(talking, { account: 'c', at: 1000 })).toEqual({ rejected: 'not_a_member' });
    expect(decideSend(ABSENT, { account: 'a', at: 1000 })).toEqual({ rejected: 'not_a_member' });
  });

  it('never goes back in time: order by time and by sequence agree', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (times) => {
        let state = talking;
        let previous = 0;
        for (const at of times) {
          const decision = decideSend(state, { account: 'a', at });
          if ('rejected' in decision) throw new Error('a member was refused');
          expect(decision.accepted.at).toBeGreaterThanOrEqual(previous);
          previous = decision.accepted.at;
          state = placed([{ type: 'MessageSent', data: { at: previous } }], 'a', 1).reduce(evolve, state);
        }
      }),
    );
  });
});

describe('what a message may contain', () => {
  it('is a text in any script, up to its bound', () => {
    expect(text('שלום, 你好, नमस्ते, 👩‍👩‍👧')).toBeNull();
    expect(text('x'.repeat(MAX_TEXT))).toBeNull();
    expect(text('x'.repeat(MAX_TEXT + 1))).toEqual({ field: 'text', reason: 'too_long' });
  });

  it('is not empty', () => {
    expect(text('')).toEqual({ field: 'text', reason: 'empty' });
    expect(text(' \n\t')).toEqual({ field: 'text', reason: 'empty' });
  });

  it('has nothing that the stores refuse', () => {
    expect(text('a\u0000b')).toEqual({ field: 'text', reason: 'malformed' });
    expect(text('a\ud800b')).toEqual({ field: 'text', reason: 'malformed' });
  });

  it('is a sealed payload of bounded size', () => {
    const sealed = (size: number): ReturnType<typeof checkMessage> =>
      checkMessage('c1', { kind: 'sealed', algorithm: 'olm.v1', bytes: Buffer.alloc(size, 7).toString('base64') });
    expect(sealed(MAX_SEALED_BYTES)).toBeNull();
    expect(sealed(0)).toEqual({ field: 'payload', reason: 'empty' });
    expect(sealed(MAX_SEALED_BYTES + 1)).toEqual({ field: 'payload', reason: 'too_long' });
  });

  it('comes with a client id', () => {
    expect(checkMessage('', { kind: 'text', text: 'x' })).toEqual({ field: 'clientId', reason: 'empty' });
    expect(checkMessage('x'.repeat(129), { kind: 'text', text: 'x' })).toEqual({
      field: 'clientId',
      reason: 'too_long',
    });
  });
});
