import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { ABSENT, evolve } from '../../src/domain/conversations/state.js';
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
const golden = JSON.parse(readFileSync('test/golden/events/groups.json', 'utf8')) as Golden;
const key = createSecretKey(Buffer.from(golden.key, 'base64'));
const schema = JSON.parse(readFileSync('schema/events/groups.json', 'utf8')) as { readonly $defs: object };
const ajv = new Ajv2020({ allowUnionTypes: true });
ajv.addSchema(schema);
const fits = (type: string, data: object, v = 1): boolean => ajv.validate(`groups#/$defs/${type}.v${v}`, data);

it.each(golden.events)('$type.v$v of $id still fits its schema and opens', ({ id, type, v, data, opened }) => {
  expect(fits(type, data, v), ajv.errorsText()).toBe(true);
  for (const [field, text] of Object.entries(opened))
    expect(open(key, sealAad(id, type, field), data[field] as SealedField)).toBe(text);
});

it('has each type', () => {
  const types = Object.keys(schema.$defs).filter((name) => name.includes('.v'));
  expect([...new Set(golden.events.map(({ type, v }) => `${type}.v${v}`))].sort()).toEqual(types.sort());
});

it('a group still folds', () => {
  const [b, c] = ['0199a1b2-0000-7000-8000-0000000000bb', '0199a1b2-0000-7000-8000-0000000000cc'];
  expect(placed(golden.events).reduce(evolve, ABSENT)).toMatchObject({
    kind: 'group',
    members: new Map([
      [c, { role: 'owner', from: 3, joinedAt: 3 }],
      [b, { role: 'member', from: 0, joinedAt: 12 }],
    ]),
    links: new Map(),
    requests: new Map(),
    settings: { send: 'everyone', editInfo: 'everyone', addMembers: 'admins', approval: false, sharedHistory: true },
  });
});

it('nothing personal is in the open', () => {
  expect(fits('GroupInfoChanged', { name: 'in the open' })).toBe(false);
  expect(
    fits('InviteLinkCreated', { linkId: '0199a1b2-0000-7000-8000-0000000000f1', tokenHash: 'x', token: 'y' }),
  ).toBe(false);
});
