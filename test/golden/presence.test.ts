import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';

interface Golden {
  readonly events: readonly { readonly id: string; readonly type: string; readonly v: number; readonly data: object }[];
}

/** Every shape ever stored. Entries are added, never changed: logs out there have them. */
const golden = JSON.parse(readFileSync('test/golden/events/presence.json', 'utf8')) as Golden;
const ajv = new Ajv2020();
ajv.addSchema(JSON.parse(readFileSync('schema/events/presence.json', 'utf8')) as object);

it.each(golden.events)('$type.v$v of $id still fits its schema', ({ type, v, data }) => {
  expect(ajv.validate(`presence#/$defs/${type}.v${v}`, data), ajv.errorsText()).toBe(true);
});
