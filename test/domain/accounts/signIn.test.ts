import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerMany, seedPhone, type SubmitOtpOutcome } from '../../../src/domain/accounts/index.js';
import { START } from '../../../src/platform/eventStore/port.js';
import { accountStream, phoneStream } from '../../../src/domain/shared/streams.js';
import { accountsFixture, type AccountsFixture } from './fixture.js';

const visitor = { address: '127.0.0.1' };
const device = { name: 'Phone', platform: 'ios' };
let f: AccountsFixture;
let nextPhone = 0;
let phone = '';

beforeAll(async () => {
  f = await accountsFixture();
});
afterAll(() => f.close());
beforeEach(() => {
  phone = seedPhone(nextPhone++);
  f.refuse.clear();
  f.taken.length = 0;
});

async function askCode(): Promise<string> {
  const { outcome } = await f.handlers.requestOtp({ phone }, visitor);
  expect(outcome.kind).toBe('otp_sent');
  return f.sent.at(-1)?.code ?? '';
}

const submit = async (code: string, name?: string): Promise<SubmitOtpOutcome> =>
  (await f.handlers.submitOtp({ phone, code, device, ...(name === undefined ? {} : { name }) }, visitor)).outcome;

async function signIn(name?: string) {
  const outcome = await submit(await askCode(), name);
  if (outcome.kind !== 'signed_in') throw new Error(outcome.kind);
  return { ...outcome, caller: { accountId: outcome.accountId, deviceId: outcome.device.id } };
}

const wrong = (code: string): string => (code === '000000' ? '000001' : '000000');

describe('codes', () => {
  it('are six digits, sent to the number and stored as a hash', async () => {
    const code = await askCode();
    expect(code).toMatch(/^\d{6}$/);
    expect(f.sent.at(-1)).toMatchObject({ to: phone, code });
    const { rows } = await f.readStore.pool.query<{ row: string }>('SELECT otps::text AS row FROM otps');
    expect(rows.some(({ row }) => row.includes(code) || row.includes(phone))).toBe(false);
  });
  it('tell when they expire and when another may be asked for', async () => {
    const { outcome } = await f.handlers.requestOtp({ phone }, visitor);
    expect(outcome).toEqual({
      kind: 'otp_sent',
      expiresAt: f.clock.now() + 300_000,
      resendAfter: f.clock.now() + 30_000,
    });
  });
  it.each(['otpPerAddress', 'otpResend', 'otpPerNumber'])('are limited by %s', async (limit) => {
    f.refuse.add(limit);
    const before = f.sent.length;
    expect((await f.handlers.requestOtp({ phone }, visitor)).outcome).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 1000,
    });
    expect(f.sent).toHaveLength(before);
  });
  it('allow five attempts', async () => {
    const code = await askCode();
    for (const attemptsLeft of [4, 3, 2, 1, 0])
      expect(await submit(wrong(code))).toEqual({ kind: 'wrong_code', attemptsLeft });
    expect(await submit(code)).toEqual({ kind: 'code_expired' });
  });
  it('count attempts made at once', async () => {
    const code = await askCode();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => submit(wrong(code))));
    expect(outcomes.filter(({ kind }) => kind === 'wrong_code')).toHaveLength(5);
  });
  it('expire', async () => {
    const code = await askCode();
    f.clock.advance(300_000);
    expect(await submit(code)).toEqual({ kind: 'code_expired' });
  });
  it('are used up by the sign-in, and replaced by the next code', async () => {
    const first = await askCode();
    const second = await askCode();
    if (first !== second) expect((await submit(first)).kind).toBe('wrong_code');
    expect((await submit(second)).kind).toBe('signed_in');
    expect(await submit(second)).toEqual({ kind: 'code_expired' });
  });
  it('are not used up by a name that cannot be stored', async () => {
    const code = await askCode();
    expect(await submit(code, 'a\u0000')).toEqual({ kind: 'invalid_text', field: 'name', reason: 'malformed' });
    expect((await submit(code, 'Ada')).kind).toBe('signed_in');
  });
  it('are refused for numbers that no phone has', async () => {
    expect((await f.handlers.requestOtp({ phone: '+4930901820' }, visitor)).outcome).toEqual({
      kind: 'invalid_phone',
      reason: 'not_mobile',
    });
    expect((await f.handlers.submitOtp({ phone: 'x', code: '1', device }, visitor)).outcome).toEqual({
      kind: 'invalid_phone',
      reason: 'malformed',
    });
  });
});

describe('signing in', () => {
  it('registers once, then links devices', async () => {
    const first = await signIn('Ada');
    const second = await signIn('Another');
    expect([first.newAccount, second.newAccount]).toEqual([true, false]);
    expect(second.accountId).toBe(first.accountId);
    const events = await f.events(accountStream(first.accountId));
    expect(events.map((event) => event.type)).toEqual(['AccountRegistered', 'DeviceLinked', 'DeviceLinked']);
    expect(events[0]?.metadata).toMatchObject({
      occurredAt: f.clock.now(),
      actor: { account: first.accountId, device: first.device.id },
    });
  });
  it('stores nothing personal in the clear', async () => {
    const { accountId } = await signIn('Ada Lovelace');
    const events = [
      ...(await f.events(accountStream(accountId))),
      ...(await f.events(phoneStream(f.keys.hmac('phone', phone)))),
    ];
    const stored = JSON.stringify(events.map(({ stream, data, metadata }) => [stream, data, metadata]));
    expect(stored).not.toContain(phone);
    expect(stored).not.toContain('Lovelace');
    expect(stored).not.toContain('Phone"');
    expect(stored).toContain(`${accountId}|account`);
  });
  it('makes one account when a number registers from two nodes at once', async () => {
    const seed = { ...f, concurrency: 8 };
    const results = await Promise.all(Array.from({ length: 6 }, () => registerMany(seed, [{ phone, name: 'Ada' }])));
    expect(new Set(results.map(([account]) => account?.accountId)).size).toBe(1);
    const accountId = results[0]?.[0]?.accountId ?? '';
    const types = (await f.events(accountStream(accountId))).map((event) => event.type);
    expect(types.filter((type) => type === 'AccountRegistered')).toHaveLength(1);
    expect(await f.events(phoneStream(f.keys.hmac('phone', phone)))).toHaveLength(1);
  });
  it('completes an account whose number was claimed and no more', async () => {
    const claimed = f.ids.next();
    await f.eventStore.append({
      stream: phoneStream(f.keys.hmac('phone', phone)),
      expected: 'no_stream',
      events: [
        {
          id: f.ids.next(),
          type: 'PhoneClaimed',
          data: { accountId: claimed },
          metadata: { occurredAt: f.clock.now() },
        },
      ],
    });
    const { accountId, newAccount } = await signIn();
    expect([accountId, newAccount]).toEqual([claimed, true]);
  });
  it('gives tokens that name account and device', async () => {
    const { tokens, caller } = await signIn();
    expect(await f.tokens.verify(tokens.accessToken)).toMatchObject({ ok: true, ...caller });
    expect(await f.otherNode().devices.of(caller.deviceId, caller.accountId)).toBe('active');
  });
  it('seeds the same accounts twice without a new event', async () => {
    const accounts = Array.from({ length: 20 }, (_, index) => ({
      phone: seedPhone(5000 + index),
      name: `Seed ${String(index)}`,
      about: 'hello',
    }));
    const first = await registerMany(f, accounts);
    const head = await f.eventStore.head();
    const second = await registerMany(f, accounts);
    expect(await f.eventStore.head()).toBe(head);
    expect(second.map(({ accountId, deviceId }) => [accountId, deviceId])).toEqual(
      first.map(({ accountId, deviceId }) => [accountId, deviceId]),
    );
    expect([first[0]?.newAccount, second[0]?.newAccount]).toEqual([true, false]);
  });
});

describe('sessions', () => {
  it('rotate, and forgive one lost answer', async () => {
    const { tokens } = await signIn();
    const first = await f.handlers.refresh(tokens.refreshToken);
    const again = await f.handlers.refresh(tokens.refreshToken);
    expect([first.outcome.kind, again.outcome.kind]).toEqual(['refreshed', 'refreshed']);
  });
  it('revoke the device when an old token comes back', async () => {
    const { tokens, caller } = await signIn();
    const first = await f.handlers.refresh(tokens.refreshToken);
    if (first.outcome.kind !== 'refreshed') throw new Error('not refreshed');
    const current = await f.handlers.refresh(first.outcome.tokens.refreshToken);
    if (current.outcome.kind !== 'refreshed') throw new Error('not refreshed');
    const reused = await f.handlers.refresh(tokens.refreshToken);
    expect(reused.outcome).toEqual({ kind: 'session_ended', reason: 'token_reuse' });
    expect(reused.position).toBe(await f.eventStore.head());
    expect((await f.handlers.refresh(current.outcome.tokens.refreshToken)).outcome).toEqual({
      kind: 'session_ended',
      reason: 'token_reuse',
    });
    const revoked = (await f.events(accountStream(caller.accountId))).filter((event) => event.type === 'DeviceRevoked');
    expect(revoked.map((event) => event.data)).toEqual([{ deviceId: caller.deviceId, reason: 'token_reuse' }]);
    expect(await f.handlers.devices.of(caller.deviceId, caller.accountId)).toBe('revoked');
  });
  it('end with an invented token, and nothing else changes', async () => {
    expect((await f.handlers.refresh('x'.repeat(64))).outcome).toEqual({ kind: 'session_ended', reason: 'unknown' });
    expect((await f.handlers.refresh('')).outcome).toEqual({ kind: 'session_ended', reason: 'unknown' });
  });
  it('end at sign-out', async () => {
    const { tokens, caller } = await signIn();
    expect((await f.handlers.signOut(caller)).outcome).toEqual({ kind: 'signed_out' });
    expect((await f.handlers.refresh(tokens.refreshToken)).outcome).toEqual({
      kind: 'session_ended',
      reason: 'signed_out',
    });
    const head = await f.eventStore.head();
    expect((await f.handlers.signOut(caller)).outcome).toEqual({ kind: 'signed_out' });
    expect(await f.eventStore.head()).toBe(head);
  });
  it('end when another device revokes this one, even if the table was not told', async () => {
    const one = await signIn();
    const two = await signIn();
    expect((await f.handlers.revokeDevice(one.caller, two.device.id)).outcome).toEqual({
      kind: 'device_revoked',
      deviceId: two.device.id,
    });
    await f.readStore.pool.query('UPDATE sessions SET ended_at = NULL, ended_for = NULL WHERE device_id = $1', [
      two.device.id,
    ]);
    expect((await f.otherNode().refresh(two.tokens.refreshToken)).outcome).toEqual({
      kind: 'session_ended',
      reason: 'revoked',
    });
    expect((await f.handlers.refresh(one.tokens.refreshToken)).outcome.kind).toBe('refreshed');
  });
  it("are nobody else's to end", async () => {
    const one = await signIn();
    phone = seedPhone(nextPhone++);
    const other = await signIn();
    expect((await f.handlers.revokeDevice(other.caller, one.device.id)).outcome).toEqual({ kind: 'no_such_device' });
  });
});

describe('the status of a device', () => {
  it('is asked of the read model once a turn, then of the cache', async () => {
    const { caller } = await signIn();
    f.rows.set(caller.deviceId, { accountId: caller.accountId, revoked: false });
    const node = f.otherNode();
    expect(
      await Promise.all([
        node.devices.of(caller.deviceId, caller.accountId),
        node.devices.of(caller.deviceId, 'another'),
      ]),
    ).toEqual(['active', 'unknown']);
    expect(node.devices.of(caller.deviceId, caller.accountId)).toBe('active');
  });
  it('follows a revocation in the log, also while a look-up is under way', async () => {
    const { caller } = await signIn();
    f.rows.set(caller.deviceId, { accountId: caller.accountId, revoked: false });
    const node = f.otherNode();
    const asked = node.devices.of(caller.deviceId, caller.accountId);
    node.devices.onEvent({ type: 'DeviceRevoked', data: { deviceId: caller.deviceId, reason: 'revoked' } });
    expect(await asked).toBe('revoked');
    expect(node.devices.of(caller.deviceId, caller.accountId)).toBe('revoked');
  });
  it('is unknown for a device of no account', async () => {
    expect(await f.handlers.devices.of(f.ids.next(), f.ids.next())).toBe('unknown');
  });
});

describe('the profile', () => {
  it('changes, and answers with the position', async () => {
    const { caller } = await signIn();
    const changed = await f.handlers.updateProfile(caller, { name: ' Ada ', avatar: 'media/1' });
    expect(changed).toEqual({ outcome: { kind: 'profile_updated' }, position: await f.eventStore.head() });
    expect((await f.handlers.updateProfile(caller, { about: 'x'.repeat(501) })).outcome).toEqual({
      kind: 'invalid_text',
      field: 'about',
      reason: 'too_long',
    });
  });
});

describe('what is stored', () => {
  it('is as the schema of each event says', async () => {
    const { caller } = await signIn('Ada');
    await f.handlers.updateProfile(caller, { about: 'hello', avatar: null });
    await f.handlers.signOut(caller);
    const ajv = new Ajv2020({ allowUnionTypes: true });
    ajv.addSchema(JSON.parse(readFileSync('schema/events/accounts.json', 'utf8')) as object);
    const types = new Set<string>();
    for await (const { type, data, metadata } of f.eventStore.readLog(START)) {
      types.add(type);
      const valid = ajv.validate(`accounts#/$defs/${type}.v${metadata.v ?? 1}`, data);
      expect(valid, `${type}: ${ajv.errorsText()}`).toBe(true);
    }
    expect([...types].sort()).toEqual([
      'AccountRegistered',
      'DeviceLinked',
      'DeviceRevoked',
      'PhoneClaimed',
      'ProfileChanged',
    ]);
  });
});
