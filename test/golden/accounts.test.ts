import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import type { AccountEvent } from '../../src/domain/accounts/events.js';
import { DEFAULT_PRIVACY } from '../../src/domain/accounts/privacy.js';
import { evolve, NO_ACCOUNT } from '../../src/domain/accounts/state.js';
import { open, sealAad, type SealedField } from '../../src/platform/keys/seal.js';

interface Golden {
  readonly key: string;
  readonly events: readonly {
    readonly stream: string;
    readonly id: string;
    readonly type: string;
    readonly v: number;
    readonly data: Readonly<Record<string, unknown>>;
    readonly opened: Readonly<Record<string, string>>;
  }[];
}

/** Every shape ever stored. Entries are added, never changed: logs out there have them. */
const golden = JSON.parse(readFileSync('test/golden/events/accounts.json', 'utf8')) as Golden;
const key = createSecretKey(Buffer.from(golden.key, 'base64'));
const ajv = new Ajv2020({ allowUnionTypes: true });
ajv.addSchema(JSON.parse(readFileSync('schema/events/accounts.json', 'utf8')) as object);

it.each(golden.events)('$type.v$v of $id still fits its schema and opens', ({ id, type, v, data, opened }) => {
  expect(ajv.validate(`accounts#/$defs/${type}.v${v}`, data), ajv.errorsText()).toBe(true);
  for (const [field, text] of Object.entries(opened))
    expect(open(key, sealAad(id, type, field), data[field] as SealedField)).toBe(text);
});

it('still folds', () => {
  const events = golden.events.filter(({ stream }) =>
    stream.startsWith('account-'),
  ) as unknown as AccountEvent<SealedField>[];
  expect(events.reduce(evolve, NO_ACCOUNT)).toEqual({
    kind: 'registered',
    erased: true,
    devices: new Map([['0199a1b2-0000-7000-8000-0000000000dd', 'revoked']]),
    privacy: {
      ...DEFAULT_PRIVACY,
      lastSeen: { kind: 'contacts_except', except: ['0199a1b2-0000-7000-8000-0000000000bb'] },
      calls: { kind: 'nobody' },
      readReceipts: false,
    },
  });
});
