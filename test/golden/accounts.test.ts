import { expect, it } from 'vitest';
import type { AccountEvent } from '../../src/domain/accounts/events.js';
import { DEFAULT_PRIVACY } from '../../src/domain/accounts/privacy.js';
import { evolve, NO_ACCOUNT } from '../../src/domain/accounts/state.js';
import type { SealedField } from '../../src/platform/keys/seal.js';
import { eachStillFitsAndOpens, readGolden } from '../kit/golden.js';

const golden = readGolden('accounts');
eachStillFitsAndOpens(golden);

it('still folds', () => {
  const events = golden.events.filter(({ stream }) =>
    stream.startsWith('account-'),
  ) as unknown as AccountEvent<SealedField>[];
  expect(events.reduce(evolve, NO_ACCOUNT)).toEqual({
    kind: 'registered',
    erased: true,
    administrator: false,
    devices: new Map([['0199a1b2-0000-7000-8000-0000000000dd', 'revoked']]),
    privacy: {
      ...DEFAULT_PRIVACY,
      lastSeen: { kind: 'contacts_except', except: ['0199a1b2-0000-7000-8000-0000000000bb'] },
      calls: { kind: 'nobody' },
      readReceipts: false,
    },
  });
});
