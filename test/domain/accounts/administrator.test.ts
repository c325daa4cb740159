import { describe, expect, it } from 'vitest';
import { decideAdministrator } from '../../../src/domain/accounts/decide.js';
import type { AccountEvent } from '../../../src/domain/accounts/events.js';
import { evolve, NO_ACCOUNT } from '../../../src/domain/accounts/state.js';
import { specification } from '../../kit/specification.js';

type Plain = AccountEvent<string>;
const registered: Plain = { type: 'AccountRegistered', data: { phone: '+49', phoneHmac: 'ab', country: 'DE' } };
const granted: Plain = { type: 'AdministratorGranted', data: {} };
const revoked: Plain = { type: 'AdministratorRevoked', data: {} };
const erased: Plain = { type: 'KeyDestroyed', data: { scope: 'account' } };

describe('administering the server', () => {
  const { given } = specification({ initial: NO_ACCOUNT, evolve, decide: decideAdministrator });

  it('is granted and revoked, each once', () => {
    given(registered).when(true).then(granted);
    given(registered, granted).when(true).nothing();
    given(registered, granted).when(false).then(revoked);
    given(registered).when(false).nothing();
    given(registered, granted, revoked).when(false).nothing();
    given(registered, granted, revoked).when(true).then(granted);
  });
  it('needs an account, and ends with it', () => {
    given().when(true).rejects({ kind: 'no_account' });
    given(registered, granted, erased).when(true).rejects({ kind: 'no_account' });
    for (const history of [
      [registered, granted, erased],
      [registered, erased, granted],
    ])
      expect(history.reduce(evolve, NO_ACCOUNT)).toMatchObject({ administrator: false });
    expect(evolve(NO_ACCOUNT, granted)).toBe(NO_ACCOUNT);
  });
});
