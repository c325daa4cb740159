import { expect, it } from 'vitest';
import type { ContactEvent } from '../../src/domain/contacts/events.js';
import { nameFingerprints } from '../../src/domain/contacts/seal.js';
import { EMPTY_BOOK, evolve } from '../../src/domain/contacts/state.js';
import type { SealedField } from '../../src/platform/keys/seal.js';
import { eachStillFitsAndOpens, readGolden } from '../kit/golden.js';

const golden = readGolden('contacts');
eachStillFitsAndOpens(golden);

it('still folds, and a name still has the fingerprint that it had', () => {
  const events = golden.events as unknown as ContactEvent<SealedField>[];
  expect(events.reduce(evolve, EMPTY_BOOK)).toEqual({
    contacts: new Map([['ef'.repeat(32), nameFingerprints(golden.key)('Zoë 👋')]]),
    blocks: new Set(['0199a1b2-0000-7000-8000-0000000000cc']),
  });
});
