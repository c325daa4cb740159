import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideChangeProfile, decideLinkDevice, decideRevokeDevice } from '../../../src/domain/accounts/decide.js';
import type { AccountEvent } from '../../../src/domain/accounts/events.js';
import { evolve, NO_ACCOUNT } from '../../../src/domain/accounts/state.js';
import { specification } from '../../kit/specification.js';

type Plain = AccountEvent<string>;
const fold = (events: readonly Plain[]) => events.reduce(evolve, NO_ACCOUNT);

const registered: Plain = {
  type: 'AccountRegistered',
  data: { phone: '+4915123456789', phoneHmac: 'ab', country: 'DE', name: 'Ada' },
};
const linked = (deviceId: string): Plain => ({
  type: 'DeviceLinked',
  data: { deviceId, name: 'Phone', platform: 'ios' },
});
const revoked = (deviceId: string): Plain => ({ type: 'DeviceRevoked', data: { deviceId, reason: 'revoked' } });
const erased: Plain = { type: 'KeyDestroyed', data: { scope: 'account' } };
const link = {
  phone: '+4915123456789',
  phoneHmac: 'ab',
  country: 'DE',
  device: { id: 'd1', name: ' Phone ', platform: 'ios' },
};

describe('linking a device', () => {
  const { given } = specification({ initial: NO_ACCOUNT, evolve, decide: decideLinkDevice });
  it('registers the account with its first device', () => {
    given()
      .when({ ...link, name: ' Ada ' })
      .then(registered, linked('d1'));
  });
  it('signs an existing account in', () => {
    given(registered, linked('d0'))
      .when({ ...link, name: 'Another' })
      .then(linked('d1'));
  });
  it('does nothing when the device is there', () => {
    given(registered, linked('d1')).when(link).nothing();
  });
  it.each([
    ['device.name', 'empty', { device: { ...link.device, name: '  ' } }],
    ['device.name', 'too_long', { device: { ...link.device, name: 'x'.repeat(65) } }],
    ['device.platform', 'malformed', { device: { ...link.device, platform: 'i\u0000s' } }],
    ['name', 'malformed', { name: '\ud800' }],
    ['name', 'too_long', { name: 'x'.repeat(65) }],
  ] as const)('refuses %s that is %s', (field, reason, change) => {
    given()
      .when({ ...link, ...change })
      .rejects({ kind: 'invalid_text', field, reason });
  });
  it('refuses an erased account', () => {
    given(registered, erased).when(link).rejects({ kind: 'erased' });
  });
});

describe('revoking a device', () => {
  const { given } = specification({ initial: NO_ACCOUNT, evolve, decide: decideRevokeDevice });
  const revoke = { deviceId: 'd1', reason: 'revoked' } as const;
  it('is a fact once', () => {
    given(registered, linked('d1')).when(revoke).then(revoked('d1'));
    given(registered, linked('d1'), revoked('d1')).when(revoke).nothing();
  });
  it("knows only the account's own devices", () => {
    given(registered, linked('d2')).when(revoke).rejects({ kind: 'no_such_device' });
    given().when(revoke).rejects({ kind: 'no_such_device' });
  });
});

describe('changing the profile', () => {
  const { given } = specification({ initial: NO_ACCOUNT, evolve, decide: decideChangeProfile });
  it('trims, keeps what is absent, clears what is empty', () => {
    given(registered)
      .when({ name: ' Ada L. ', about: '  ' })
      .then({ type: 'ProfileChanged', data: { name: 'Ada L.', about: null } });
    given(registered)
      .when({ avatar: null })
      .then({ type: 'ProfileChanged', data: { avatar: null } });
    given(registered).when({}).nothing();
  });
  it('refuses texts that cannot be stored', () => {
    given(registered)
      .when({ about: 'x'.repeat(501) })
      .rejects({ kind: 'invalid_text', field: 'about', reason: 'too_long' });
    given(registered).when({ name: 'a\u0000' }).rejects({ kind: 'invalid_text', field: 'name', reason: 'malformed' });
  });
  it('needs an account that is not erased', () => {
    given().when({ name: 'Ada' }).rejects({ kind: 'no_account' });
    given(registered, erased).when({ name: 'Ada' }).rejects({ kind: 'no_account' });
  });
});

describe('evolve', () => {
  const device = fc.constantFrom('d1', 'd2', 'd3');
  const event: fc.Arbitrary<Plain> = fc.oneof(
    fc.constant(registered),
    fc.constant(erased),
    device.map(linked),
    device.map(revoked),
    fc.constant<Plain>({ type: 'ProfileChanged', data: { about: null } }),
  );
  it('is total, and every revoked device stays out', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), device, (events, deviceId) => {
        const state = fold([registered, ...events, linked(deviceId), revoked(deviceId)]);
        expect(state.kind === 'registered' && state.devices.get(deviceId)).toBe('revoked');
        expect(decideRevokeDevice(state, { deviceId, reason: 'revoked' })).toEqual({ events: [] });
      }),
    );
  });
  it('folds what was decided to a state that decides nothing new', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const state = fold(events);
        const decision = decideLinkDevice(state, link);
        if ('rejected' in decision) return;
        expect(decideLinkDevice(decision.events.reduce(evolve, state), link)).toEqual({ events: [] });
      }),
    );
  });
});
