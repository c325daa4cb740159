import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock/port.js';
import type { AccessTokens, Verification } from './port.js';
import type { SigningKeys } from './signingKeys.js';

const ISSUER = 'parlance';
const INVALID: Verification = { ok: false, reason: 'invalid' };
const EXPIRED: Verification = { ok: false, reason: 'expired' };
/** Ours have under 400 characters; anything longer is not looked at. */
const LONGEST = 2048;

export interface JwtOptions {
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly ttlMs: number;
}

/** Access tokens as EdDSA-signed JWT: `sub` the account, `dev` the device. */
export function jwtAccessTokens({ keys, clock, ttlMs }: JwtOptions): AccessTokens {
  const verified = new LRUCache<string, Verification & { ok: true }>({ max: 8192 });

  const check = async (token: string): Promise<Verification> => {
    try {
      const { kid } = decodeProtectedHeader(token);
      const key = kid === undefined ? undefined : await keys.find(kid);
      if (key === undefined) return INVALID;
      const { payload } = await jwtVerify(token, key.publicKey, {
        algorithms: ['EdDSA'],
        issuer: ISSUER,
        typ: 'at+jwt',
        currentDate: new Date(clock.now()),
        requiredClaims: ['sub', 'exp'],
      });
      const { sub, exp, dev } = payload;
      if (sub === undefined || exp === undefined || typeof dev !== 'string') return INVALID;
      const result = { ok: true, accountId: sub, deviceId: dev, expiresAt: exp * 1000 } as const;
      verified.set(token, result);
      return result;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return EXPIRED;
      if (error instanceof errors.JOSEError || error instanceof TypeError) return INVALID;
      throw error;
    }
  };

  return {
    async issue({ accountId, deviceId }) {
      const key = await keys.current();
      const now = Math.floor(clock.now() / 1000);
      const expires = now + Math.ceil(ttlMs / 1000);
      const token = await new SignJWT({ dev: deviceId })
        .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'at+jwt' })
        .setIssuer(ISSUER)
        .setSubject(accountId)
        .setIssuedAt(now)
        .setExpirationTime(expires)
        .sign(key.privateKey);
      const expiresAt = expires * 1000;
      verified.set(token, { ok: true, accountId, deviceId, expiresAt });
      return { token, expiresAt };
    },
    verify(token) {
      const known = verified.get(token);
      if (known !== undefined) return known.expiresAt > clock.now() ? known : EXPIRED;
      return token.length > LONGEST ? INVALID : check(token);
    },
  };
}
