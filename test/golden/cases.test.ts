import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { open, sealAad, type SealedField } from '../../src/platform/keys/seal.js';

interface Golden {
  readonly key: string;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly v: number;
    readonly data: Readonly<Record<string, unknown>>;
    readonly opened: Readonly<Record<string, string>>;
  }[];
}

/** Every shape ever stored. Entries are added, never changed: logs out there have them. */
const golden = JSON.parse(readFileSync('test/golden/events/cases.json', 'utf8')) as Golden;
const key = createSecretKey(Buffer.from(golden.key, 'base64'));
const ajv = new Ajv2020({ allowUnionTypes: true });
ajv.addSchema(JSON.parse(readFileSync('schema/events/cases.json', 'utf8')) as object);

it.each(golden.events)('$type.v$v of $id still fits its schema and opens', ({ id, type, v, data, opened }) => {
  expect(ajv.validate(`cases#/$defs/${type}.v${v}`, data), ajv.errorsText()).toBe(true);
  for (const [field, text] of Object.entries(opened))
    expect(open(key, sealAad(id, type, field), data[field] as SealedField)).toBe(text);
});
