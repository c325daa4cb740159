import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { chatOf, messageKey, NO_PREFERENCES, type Dated } from '../../src/domain/preferences/index.js';
import { fingerprintOf, sealedPreference } from '../../src/domain/preferences/seal.js';
import { evolve } from '../../src/domain/preferences/state.js';
import { open, sealAad, type SealedField } from '../../src/platform/keys/seal.js';

interface Golden {
  readonly key: string;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly v: number;
    readonly data: Readonly<Record<string, unknown>>;
    readonly opened?: Readonly<Record<string, string>>;
  }[];
}

/** Every shape ever stored. Entries are added, never changed: logs out there have them. */
const golden = JSON.parse(readFileSync('test/golden/events/preferences.json', 'utf8')) as Golden;
const key = createSecretKey(Buffer.from(golden.key, 'base64'));
const ajv = new Ajv2020({ allowUnionTypes: true });
ajv.addSchema(JSON.parse(readFileSync('schema/events/preferences.json', 'utf8')) as object);
const fits = (type: string, data: object, v = 1): boolean => ajv.validate(`preferences#/$defs/${type}.v${v}`, data);

const sealedAt = (data: object, path: string): SealedField =>
  path.split('.').reduce<object>((value, name) => (value as Record<string, object>)[name]!, data) as SealedField;

it.each(golden.events)('$type.v$v of $id still fits its schema and opens', ({ id, type, v, data, opened = {} }) => {
  expect(fits(type, data, v), ajv.errorsText()).toBe(true);
  for (const [field, text] of Object.entries(opened))
    expect(open(key, sealAad(id, type, field), sealedAt(data, field))).toBe(text);
});

it('still folds', () => {
  const events = golden.events.map((event) => ({ ...event, metadata: { occurredAt: 1_790_000_000_000 } }));
  const state = (events as unknown as Dated[]).reduce(evolve, NO_PREFERENCES);
  const conversation = '0199a1b2-0000-8000-8000-0000000000cc';
  expect(chatOf(state, conversation)).toEqual({
    muted: true,
    mutedUntil: null,
    archived: false,
    pinnedAt: 1_790_000_000_000,
    markedUnread: true,
    clearedTo: 12,
    deletedTo: 12,
    draft: null,
  });
  expect([...state.starred]).toEqual([messageKey(conversation, 4)]);
  expect([...state.hidden]).toEqual([messageKey(conversation, 5)]);
  expect([...state.scheduled.values()].map(({ status, seq, reason }) => [status, seq, reason])).toEqual([
    ['sent', 31, null],
    ['failed', null, 'not_a_member'],
    ['cancelled', null, null],
  ]);
});

it('what is written now fits the schema', () => {
  const account = '0199a1b2-0000-7000-8000-0000000000aa';
  const data = { conversationId: '0199a1b2-0000-8000-8000-0000000000cc', text: 'now' };
  const context = { id: '0199a1b2-0000-7000-8000-0000000000ff', accountId: account, metadata: { occurredAt: 1 } };
  const fingerprint = fingerprintOf(key, 'draft', data.text);
  const sealed = sealedPreference({ type: 'DraftSaved', data: { ...data, fingerprint } }, key, context);
  expect(fits('DraftSaved', sealed.data), ajv.errorsText()).toBe(true);
  expect(fits('DraftSaved', { ...data, fingerprint })).toBe(false);
});
