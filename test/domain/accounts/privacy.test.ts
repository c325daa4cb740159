import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideChangePrivacy } from '../../../src/domain/accounts/decide.js';
import type { AccountEvent } from '../../../src/domain/accounts/events.js';
import { AUDIENCES, isInAudience, MAX_EXCEPTIONS, type Audience } from '../../../src/domain/accounts/privacy.js';
import { evolve, NO_ACCOUNT } from '../../../src/domain/accounts/state.js';
import { specification } from '../../kit/specification.js';

type Plain = AccountEvent<string>;
const registered: Plain = { type: 'AccountRegistered', data: { phone: '+49', phoneHmac: 'ab', country: 'DE' } };
const erased: Plain = { type: 'KeyDestroyed', data: { scope: 'account' } };
const changed = (data: Extract<Plain, { type: 'PrivacyChanged' }>['data']): Plain => ({ type: 'PrivacyChanged', data });

describe('changing privacy', () => {
  const { given } = specification({ initial: NO_ACCOUNT, evolve, decide: decideChangePrivacy });

  it('stores only what changes', () => {
    given(registered)
      .when({ lastSeen: { kind: 'contacts' }, online: { kind: 'everyone' }, readReceipts: false, discoverable: true })
      .then(changed({ lastSeen: { kind: 'contacts' }, readReceipts: false }));
    given(registered, changed({ readReceipts: false }))
      .when({ readReceipts: false })
      .nothing();
    given(registered).when({}).nothing();
  });
  it('keeps exceptions in order and once, and only where they mean something', () => {
    given(registered)
      .when({ about: { kind: 'contacts_except', except: ['b', 'a', 'b'] }, calls: { kind: 'nobody', except: ['a'] } })
      .then(changed({ about: { kind: 'contacts_except', except: ['a', 'b'] }, calls: { kind: 'nobody' } }));
    given(registered, changed({ about: { kind: 'contacts_except', except: ['a', 'b'] } }))
      .when({ about: { kind: 'contacts_except', except: ['b', 'a'] } })
      .nothing();
  });
  it('has a limit of exceptions', () => {
    const except = Array.from({ length: MAX_EXCEPTIONS + 1 }, (_, index) => String(index));
    given(registered)
      .when({ about: { kind: 'contacts_except', except } })
      .rejects({ kind: 'too_many', limit: MAX_EXCEPTIONS });
  });
  it('needs an account that is not erased', () => {
    given().when({ readReceipts: false }).rejects({ kind: 'no_account' });
    given(registered, erased).when({ readReceipts: false }).rejects({ kind: 'no_account' });
  });
});

describe('an audience', () => {
  const kinds = ['everyone', 'contacts', 'contacts_except', 'nobody'] as const;
  it('shows less the narrower it is, and a contact never less than a stranger', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.constantFrom('a', 'b'), (isContact, viewer) => {
        const seen = kinds.map((kind) => isInAudience({ kind, except: ['a'] }, viewer, isContact));
        expect(seen).toEqual([true, isContact, isContact && viewer !== 'a', false]);
      }),
    );
  });
  it('of the state after a change is the one asked for', () => {
    const audience: fc.Arbitrary<Audience> = fc.record({
      kind: fc.constantFrom(...kinds),
      except: fc.array(fc.constantFrom('a', 'b', 'c')),
    });
    const change = fc.dictionary(fc.constantFrom(...AUDIENCES), audience);
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 6 }),
        fc.constantFrom('a', 'd'),
        fc.boolean(),
        (changes, viewer, isContact) => {
          let state = evolve(NO_ACCOUNT, registered);
          for (const one of changes) {
            const decision = decideChangePrivacy(state, one);
            if ('rejected' in decision) throw new Error('nothing here is too many');
            state = decision.events.reduce(evolve, state);
            if (state.kind === 'none') throw new Error('the account is gone');
            for (const [setting, wanted] of Object.entries(one) as [(typeof AUDIENCES)[number], Audience][])
              expect(isInAudience(state.privacy[setting], viewer, isContact)).toBe(
                isInAudience(wanted, viewer, isContact),
              );
            expect(decideChangePrivacy(state, one)).toEqual({ events: [] });
          }
        },
      ),
    );
  });
});
