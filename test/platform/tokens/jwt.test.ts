import { generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { masterKeyOf } from '../../../src/platform/keys/masterKey.js';
import { jwtAccessTokens } from '../../../src/platform/tokens/jwt.js';
import type { AccessTokens } from '../../../src/platform/tokens/port.js';
import { signingKeys } from '../../../src/platform/tokens/signingKeys.js';
import { accountsFixture, testWrap, TTL_MS, type AccountsFixture } from '../../domain/accounts/fixture.js';

const subject = { accountId: 'a', deviceId: 'd' };
const DAY_MS = 24 * 3600_000;
let f: AccountsFixture;

beforeAll(async () => {
  f = await accountsFixture();
});
afterAll(() => f.close());

/** A node of its own: nothing cached. */
function node(): AccessTokens {
  const { clock, ids, readStore } = f;
  const keys = signingKeys({
    pool: readStore.pool,
    wrap: testWrap,
    clock,
    newKid: () => ids.next(),
    tokenTtlMs: TTL_MS,
  });
  return jwtAccessTokens({ keys, clock, ttlMs: TTL_MS });
}

const kidOf = (token: string): string | undefined => decodeProtectedHeader(token).kid;

describe('access tokens', () => {
  it('are verified by every node', async () => {
    const { token, expiresAt } = await node().issue(subject);
    const other = node();
    expect(await other.verify(token)).toEqual({ ok: true, ...subject, expiresAt });
    expect(other.verify(token)).not.toBeInstanceOf(Promise);
  });

  it('expire, cached or not', async () => {
    const issuer = node();
    const { token } = await issuer.issue(subject);
    f.clock.advance(TTL_MS);
    expect(await issuer.verify(token)).toEqual({ ok: false, reason: 'expired' });
    expect(await node().verify(token)).toEqual({ ok: false, reason: 'expired' });
  });

  it.each(['', 'x', 'a.b.c', 'é.é.é', 'x'.repeat(5000)])('refuse %.10s', async (token) => {
    expect(await node().verify(token)).toEqual({ ok: false, reason: 'invalid' });
  });

  it('refuse a forged signature, another key under a known kid, and no signature', async () => {
    const issuer = node();
    const { token } = await issuer.issue(subject);
    const [head = '', body = '', signature = ''] = token.split('.');
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: kidOf(token), typ: 'at+jwt' })).toString('base64url');
    const forged = await new SignJWT({ dev: 'd' })
      .setProtectedHeader({ alg: 'EdDSA', kid: kidOf(token) ?? '', typ: 'at+jwt' })
      .setIssuer('parlance')
      .setSubject('a')
      .setExpirationTime(Math.floor(f.clock.now() / 1000) + 60)
      .sign(generateKeyPairSync('ed25519').privateKey);
    for (const bad of [`${head}.${body}.${flipped}`, `${none}.${body}.`, forged]) {
      expect(await node().verify(bad)).toEqual({ ok: false, reason: 'invalid' });
    }
  });

  it('are signed with a new key after 30 days; tokens of the old one live on', async () => {
    f.clock.advance(40 * DAY_MS);
    const issuer = node();
    const before = await issuer.issue(subject);
    const other = node();
    expect((await other.verify(before.token)).ok).toBe(true);
    f.clock.advance(30 * DAY_MS - TTL_MS / 2);
    const late = await issuer.issue(subject);
    f.clock.advance(TTL_MS / 2);
    const after = await issuer.issue(subject);
    expect(kidOf(late.token)).toBe(kidOf(before.token));
    expect(kidOf(after.token)).not.toBe(kidOf(before.token));
    for (const verifier of [other, node()]) {
      expect((await verifier.verify(late.token)).ok).toBe(true);
      expect((await verifier.verify(after.token)).ok).toBe(true);
    }
  });

  it('share one key when nodes start at once', async () => {
    f.clock.advance(40 * DAY_MS);
    const tokens = await Promise.all(Array.from({ length: 6 }, () => node().issue(subject)));
    expect(new Set(tokens.map(({ token }) => kidOf(token))).size).toBe(1);
  });

  it('cannot be signed or read with another master key', async () => {
    const { clock, ids, readStore } = f;
    const wrap = masterKeyOf(Buffer.alloc(32, 2));
    const keys = signingKeys({ pool: readStore.pool, wrap, clock, newKid: () => ids.next(), tokenTtlMs: TTL_MS });
    await expect(jwtAccessTokens({ keys, clock, ttlMs: TTL_MS }).issue(subject)).rejects.toThrow('another master key');
  });
});
