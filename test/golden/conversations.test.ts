import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { ABSENT, evolve, toldOf } from '../../src/domain/conversations/state.js';
import type { GivenContent } from '../../src/domain/messages/contents.js';
import type { MessageDataOf } from '../../src/domain/messages/events.js';
import { fingerprint, sealedMessage } from '../../src/domain/messages/seal.js';
import { messageKeyRef } from '../../src/domain/shared/expiry.js';
import { placed } from '../kit/specification.js';
import { open, sealAad } from '../../src/platform/keys/seal.js';

interface Golden {
  readonly key: string;
  readonly events: readonly {
    readonly stream: string;
    readonly id: string;
    readonly type: string;
    readonly v: number;
    readonly data: object;
    readonly plain?: Extract<GivenContent, { readonly kind: 'text' | 'sealed' }>;
  }[];
}

/** Every shape ever stored. Entries are added, never changed: logs out there have them. */
const golden = JSON.parse(readFileSync('test/golden/events/conversations.json', 'utf8')) as Golden;
const key = createSecretKey(Buffer.from(golden.key, 'base64'));
const ajv = new Ajv2020({ allowUnionTypes: true });
const schemas = { ConversationStarted: 'conversations', MessageSent: 'messages', WatermarkAdvanced: 'receipts' };
for (const name of Object.values(schemas))
  ajv.addSchema(JSON.parse(readFileSync(`schema/events/${name}.json`, 'utf8')) as object);
const fits = (type: string, data: object, v = 1): boolean =>
  ajv.validate(`${schemas[type as keyof typeof schemas]}#/$defs/${type}.v${v}`, data);

it.each(golden.events)('$type.v$v of $id still fits its schema and opens', ({ id, type, v, data, plain }) => {
  expect(fits(type, data, v), ajv.errorsText()).toBe(true);
  if (plain === undefined) return;
  const { content, fingerprint: stored } = data as MessageDataOf<'MessageSent'>;
  const opened =
    content.kind === 'text'
      ? { ...content, text: open(key, sealAad(id, type, 'content.text'), content.text) }
      : content;
  expect(opened).toEqual(plain);
  // A repeat of a send from long ago must still be known for one.
  expect(fingerprint(key, plain)).toBe(stored);
});

it('still folds', () => {
  const events = golden.events.filter(({ stream }) => stream.startsWith('conversation-'));
  const state = placed(events).reduce(evolve, ABSENT);
  expect(state).toMatchObject({ kind: 'direct', lastAt: 1_790_000_001_000 });
  expect(toldOf(state, 0)).toEqual(['0199a1b2-0000-7000-8000-0000000000aa', '0199a1b2-0000-7000-8000-0000000000bb']);
});

it('what is written now fits the schema', () => {
  const content = { kind: 'text', text: 'now' } as const;
  const draft = {
    id: '0199a1b2-0000-8000-8000-0000000000ff',
    clientId: 'c',
    account: '0199a1b2-0000-7000-8000-0000000000aa',
    fingerprint: fingerprint(key, content),
    print: (under: KeyObject) => fingerprint(under, content),
    metadata: { occurredAt: 1 },
  };
  const sealing = (expiresAt: number | null) => ({
    key,
    ref: messageKeyRef(draft.account, draft.id, expiresAt),
    expiresAt,
  });
  for (const expiresAt of [null, 1_790_000_000_000])
    expect(fits('MessageSent', sealedMessage(draft, sealing(expiresAt), 1, content).data), ajv.errorsText()).toBe(true);
  expect(fits('MessageSent', { ...sealedMessage(draft, sealing(null), 1, content).data, text: 'in the open' })).toBe(
    false,
  );
  expect(fits('WatermarkAdvanced', { accountId: draft.account, deviceId: draft.account })).toBe(false);
});
