import { describe, expect, it } from 'vitest';
import { decideOtp, OTP_ATTEMPTS } from '../../../src/domain/accounts/otp.js';

const sent = { codeHmac: 'aaaa', attempts: 0, expiresAt: 1000 };

describe('decideOtp', () => {
  it('accepts the code until it expires', () => {
    expect(decideOtp(sent, 'aaaa', 999)).toEqual({ kind: 'accepted' });
    expect(decideOtp(sent, 'aaaa', 1000)).toEqual({ kind: 'code_expired' });
  });
  it('counts wrong codes down and then takes none', () => {
    expect(decideOtp(sent, 'bbbb', 0)).toEqual({ kind: 'wrong_code', attemptsLeft: OTP_ATTEMPTS - 1 });
    expect(decideOtp({ ...sent, attempts: OTP_ATTEMPTS - 1 }, 'bbbb', 0)).toEqual({
      kind: 'wrong_code',
      attemptsLeft: 0,
    });
    expect(decideOtp({ ...sent, attempts: OTP_ATTEMPTS }, 'aaaa', 0)).toEqual({ kind: 'code_expired' });
  });
  it('says nothing about numbers that have no code', () => {
    expect(decideOtp(null, 'aaaa', 0)).toEqual({ kind: 'code_expired' });
  });
  it('is not misled by another length', () => {
    expect(decideOtp(sent, 'aaaab', 0).kind).toBe('wrong_code');
  });
});
