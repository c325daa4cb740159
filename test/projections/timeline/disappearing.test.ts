import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageKeyRef } from '../../../src/domain/shared/expiry.js';
import { verify } from '../../../src/main/projections/verify.js';
import type { NewEvent } from '../../../src/platform/eventStore/port.js';
import { formatKeyRef, seal, sealAad } from '../../../src/platform/keys/seal.js';
import { PROJECTIONS } from '../../../src/projections/index.js';
import { rebuild } from '../../../src/projections/kit/rebuild.js';
import { expiredMessages, nextExpiry } from '../../../src/projections/timeline/expiring.queries.js';
import { testLog, uuid, type TestLog } from '../fixture.js';

const HOUR = 3_600_000;
const SOON = 500_000 * HOUR + 60_000;
const LATER = SOON + HOUR;

let log: TestLog;
let count = 0;
beforeEach(async () => {
  log = await testLog();
  for (const account of ['ann', 'bob']) await log.register(account);
  await log.start('c', ['ann', 'bob']);
});
afterEach(() => log.close());

const event = (
  type: string,
  author: string,
  data: object,
  field: string,
  text: string,
  expiresAt: number,
): NewEvent => {
  const id = uuid(`disappearing ${(count += 1)}`);
  const ref = messageKeyRef(uuid(author), uuid('c'), expiresAt);
  const key = log.keys.get(formatKeyRef(ref)) ?? createSecretKey(randomBytes(32));
  log.keys.set(formatKeyRef(ref), key);
  const sealed = seal(key, ref, sealAad(id, type, field), text);
  const content = type === 'MessageSent' ? { content: { kind: 'text', text: sealed } } : { text: sealed };
  const metadata = { occurredAt: 1_790_000_000_000, actor: { account: uuid(author), device: uuid(`${author}/1`) } };
  return { id, type, data: { ...data, ...content }, metadata };
};
const send = (author: string, text: string, expiresAt: number) =>
  log.append(
    `conversation-${uuid('c')}`,
    event(
      'MessageSent',
      author,
      { clientId: `c${count}`, at: 1_790_000_000_000, fingerprint: 'f', expiresAt },
      'content.text',
      text,
      expiresAt,
    ),
  );
/** The fact, then the key. */
const destroy = async (author: string, expiresAt: number): Promise<void> => {
  const ref = messageKeyRef(uuid(author), uuid('c'), expiresAt);
  const metadata = { occurredAt: 1_790_000_000_000 };
  const fact = { id: uuid(`fact ${(count += 1)}`), type: 'KeyDestroyed', data: { scope: ref.scope }, metadata };
  await log.append(`account-${ref.subject}`, fact);
  log.keys.delete(formatKeyRef(ref));
};

const deps = () => ({ readStore: log.database, eventStore: log.eventStore, open: log.open, projections: PROJECTIONS });
async function projected(): Promise<void> {
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  expect((await verify(deps())).flatMap(({ examples }) => examples)).toEqual([]);
}
const texts = async (): Promise<(string | null)[]> =>
  (await log.rows('timeline')).map((row) => row['text'] as string | null).filter((text) => text !== null);

describe('what disappears', () => {
  it('is due in order, withheld messages apart', async () => {
    await send('ann', 'second', LATER);
    await send('bob', 'first', SOON);
    await log.send('c', 'bob', 'stays');
    await projected();
    const { pool } = log.database;
    expect(await nextExpiry(pool)).toBe(SOON);
    expect(await expiredMessages(pool, SOON - 1, 10)).toEqual([]);
    expect(await expiredMessages(pool, SOON, 10)).toEqual([
      { conversationId: uuid('c'), withheldBy: null, targets: [2] },
    ]);
    await log.happens('c', 'ann', 'MessagesExpired', { targets: [2] });
    await projected();
    expect(await nextExpiry(pool)).toBe(LATER);
    expect((await texts()).sort()).toEqual(['second', 'stays']);
  });

  it('is gone with the key of its hour, from every table and whatever is built anew', async () => {
    await send('ann', 'over', SOON);
    await log.append(
      `conversation-${uuid('c')}`,
      event('MessageEdited', 'ann', { target: 1 }, 'text', 'over and edited', SOON),
    );
    await send('ann', 'later', LATER);
    await send('bob', "bob's", SOON);
    await projected();
    expect((await texts()).sort()).toEqual(["bob's", 'later', 'over and edited', 'over and edited']);
    await destroy('ann', SOON);
    await projected();
    expect((await texts()).sort()).toEqual(["bob's", 'later']);
    for (const projection of PROJECTIONS) await rebuild(deps(), projection);
    expect((await texts()).sort()).toEqual(["bob's", 'later']);
    expect(
      JSON.stringify(await log.rows('timeline'), (_key, value: unknown) => (typeof value === 'bigint' ? 0 : value)),
    ).not.toMatch(/over/);
    // Said too late to a conversation that a worker had not come to: nothing more to take away.
    await log.happens('c', 'ann', 'MessagesExpired', { targets: [1] });
    await projected();
  });
});
