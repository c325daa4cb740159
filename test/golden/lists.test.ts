import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { ABSENT, evolve, recipientsAt } from '../../src/domain/conversations/state.js';
import { open, sealAad, type SealedField } from '../../src/platform/keys/seal.js';
import { placed } from '../kit/specification.js';

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
const golden = JSON.parse(readFileSync('test/golden/events/lists.json', 'utf8')) as Golden;
const key = createSecretKey(Buffer.from(golden.key, 'base64'));
const ajv = new Ajv2020({ allowUnionTypes: true });
for (const name of ['lists', 'disappearing'])
  ajv.addSchema(JSON.parse(readFileSync(`schema/events/${name}.json`, 'utf8')) as object);
const schemaOf = (type: string): string =>
  type === 'TimerChanged' || type === 'MessagesExpired' ? 'disappearing' : 'lists';

it.each(golden.events)('$type.v$v of $id still fits its schema and opens', ({ id, type, v, data, opened }) => {
  expect(ajv.validate(`${schemaOf(type)}#/$defs/${type}.v${v}`, data), ajv.errorsText()).toBe(true);
  for (const [field, text] of Object.entries(opened))
    expect(open(key, sealAad(id, type, field), data[field] as SealedField)).toBe(text);
});

it('a list still folds', () => {
  const events = golden.events.filter(({ stream }) => stream === golden.events[0]?.stream);
  const state = placed(events).reduce(evolve, ABSENT);
  expect(state).toMatchObject({
    kind: 'broadcast',
    members: new Map([['owner', { role: 'owner', from: 0, joinedAt: 0 }]]),
  });
  expect(recipientsAt(state, 0)).toEqual([
    '0199a1b2-0000-7000-8000-0000000000aa',
    '0199a1b2-0000-7000-8000-0000000000bb',
  ]);
  expect(recipientsAt(state, 1)).toEqual([
    '0199a1b2-0000-7000-8000-0000000000bb',
    '0199a1b2-0000-7000-8000-0000000000cc',
  ]);
});
