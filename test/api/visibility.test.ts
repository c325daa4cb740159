import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeId, type IdKind } from '../../src/api/kit/nodeIds.js';
import type { ApiContext, Services, Session } from '../../src/api/kit/context.js';
import { buildApiSchema } from '../../src/api/schema.js';
import { START } from '../../src/platform/eventStore/port.js';
import { relations } from '../../src/domain/contacts/index.js';
import { accountRelations, accountsByNumber } from '../../src/projections/contacts/commands.queries.js';
import { snapshotPosition } from '../../src/projections/kit/snapshot.js';
import { chat, testLog, uuid, type TestLog } from '../projections/fixture.js';
import { codeOf, cursors, fakeContext, fakeServices, NOW, run } from './kit/fake.js';

const schema = buildApiSchema();
const query = schema.getQueryType()!.getFields();
const unseen = (id: string) => ({ accountId: encodeId('account', id), online: null, lastSeenAt: null });
let log: TestLog;
let services: Services;
let secret: string;

beforeAll(async () => {
  log = await testLog();
  await chat(log);
  const projector = log.projector();
  await projector.prepare();
  await projector.catchUp();
  const { pool, transaction } = log.database;
  services = fakeServices({
    reads: { pool, transaction, position: snapshotPosition, waitFor: () => Promise.resolve(true) },
    live: { position: () => START } as never,
    relations: relations({
      eventStore: log.eventStore,
      findRelations: (accountId) => accountRelations(pool, accountId),
      findAccounts: (numbers) => accountsByNumber(pool, numbers),
    }),
    presence: { see: (_viewer: string, ids: readonly string[]) => Promise.resolve(ids.map(unseen)) } as never,
  });
  const { rows } = await pool.query<{ event_id: string }>(
    'SELECT event_id FROM timeline WHERE conversation_id = $1 AND seq = 1',
    [uuid('ab')],
  );
  secret = encodeId('message', rows[0]!.event_id);
});
afterAll(() => log.close());

const idOf = (kind: IdKind, name: string): string => encodeId(kind, uuid(name));
const as = (name: string): Session => ({ accountId: uuid(name), deviceId: uuid(`${name}/1`), expiresAt: NOW + 1000 });
const contextOf = (name: string): ApiContext => fakeContext(services, as(name));

/** Every field that needs no argument, three objects deep: a field added to the schema is asked for here by itself. */
function everything(type: GraphQLOutputType | GraphQLNamedType, depth = 4): string {
  const named = getNamedType(type);
  if (isLeafType(named) || depth === 0) return '';
  if (isAbstractType(named) && !isInterfaceType(named))
    return `{ __typename ${named
      .getTypes()
      .map(
        (member, index) =>
          `... on ${member.name} ${everything(member, depth).replace(/^\{ __typename/, `{ t${index}: __typename`)}`,
      )
      .join(' ')} }`;
  if (!isObjectType(named)) return '{ __typename }';
  const fields = Object.values(named.getFields())
    .filter((field) => field.args.every((argument) => !isNonNullType(argument.type)))
    .map(
      (field) =>
        [
          field.name,
          isLeafType(getNamedType(field.type)) ? '' : everything(field.type, isPage(field.name) ? depth : depth - 1),
          field.type,
        ] as const,
    )
    .filter(([, inner, type_]) => inner !== '' || isLeafType(getNamedType(type_)));
  return `{ __typename ${fields.map(([name, inner]) => `${name} ${inner}`).join(' ')} }`;
}
const isPage = (name: string): boolean => name === 'edges' || name === 'node';

const resources = [
  ['conversation', () => `conversation(id: "${idOf('conversation', 'ab')}")`],
  ['message', () => `message(id: "${secret}")`],
] as const;

describe('nobody reads what is not theirs', () => {
  it.each(resources)('%s: its members read every field', async (name, call) => {
    for (const member of ['ada', 'bob']) {
      const result = await run(schema, `{ ${call()} ${everything(query[name]!.type)} }`, contextOf(member));
      expect(result.errors).toBeUndefined();
      expect(JSON.stringify(result.data)).toContain('"text":"hello"');
    }
  });

  it.each(resources)('%s: is not there for others', async (name, call) => {
    for (const stranger of ['eve', 'nobody']) {
      const result = await run(schema, `{ ${call()} ${everything(query[name]!.type)} }`, contextOf(stranger));
      expect(result).toEqual({ data: { [name]: null } });
    }
  });

  it('lists and snapshots show only what one is in', async () => {
    for (const name of ['conversations', 'snapshot'] as const) {
      const ask = `{ ${name} ${everything(query[name]!.type, 5)} }`;
      const own = JSON.stringify(await run(schema, ask, contextOf('ada')));
      expect(own).toContain('are you there?');
      expect(own).toContain('שלום');
      const other = JSON.stringify(await run(schema, ask, contextOf('eve')));
      expect(other).toContain('שלום');
      expect(other).not.toContain('are you there?');
      expect(other).not.toContain(idOf('conversation', 'ab'));
    }
  });

  it('phone and devices are shown to oneself only', async () => {
    const me = JSON.stringify((await run(schema, `{ me ${everything(query['me']!.type)} }`, contextOf('ada'))).data);
    expect(me).toContain('+49 ada');
    expect(me).toContain(idOf('device', 'ada/2'));
    const seen = await run(
      schema,
      `{ account(id: "${idOf('account', 'ada')}") ${everything(query['account']!.type)} conversations ${everything(query['conversations']!.type, 5)} }`,
      contextOf('bob'),
    );
    expect(seen.errors).toBeUndefined();
    expect(JSON.stringify(seen.data)).not.toMatch(/\+49 (?!bob)|platform/);
    expect(JSON.stringify(seen.data)).not.toContain(idOf('device', 'ada/2'));
  });
});

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly seq: number } }[];
  readonly pageInfo: {
    readonly startCursor: string;
    readonly endCursor: string;
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
  };
}
async function page(args: string, viewer = 'ada', conversation = 'ab'): Promise<Page> {
  const source = `{ conversation(id: "${idOf('conversation', conversation)}") { messages${args} { edges { cursor node { seq } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`;
  const result = await run(schema, source, contextOf(viewer));
  expect(result.errors).toBeUndefined();
  return (result.data as unknown as { conversation: { messages: Page } }).conversation.messages;
}
const seqs = ({ edges }: Page): number[] => edges.map(({ node }) => node.seq);

describe('history', () => {
  it('gives the newest page by default, and walks back without a hole or a repeat', async () => {
    expect(seqs(await page(''))).toEqual([1, 2, 3, 4]);
    const seen: number[] = [];
    let before = '';
    for (;;) {
      const found = await page(`(last: 1${before})`);
      seen.unshift(...seqs(found));
      if (!found.pageInfo.hasPreviousPage) break;
      before = `, before: "${found.pageInfo.startCursor}"`;
    }
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('walks forwards', async () => {
    const first = await page('(first: 3)');
    expect([seqs(first), first.pageInfo.hasNextPage]).toEqual([[1, 2, 3], true]);
    const second = await page(`(first: 3, after: "${first.pageInfo.endCursor}")`);
    expect([seqs(second), second.pageInfo.hasNextPage, second.pageInfo.hasPreviousPage]).toEqual([[4], false, true]);
  });

  it('opens around a sequence and from a time', async () => {
    const around = await page('(aroundSeq: 3, first: 3)');
    expect([seqs(around), around.pageInfo.hasPreviousPage, around.pageInfo.hasNextPage]).toEqual([
      [2, 3, 4],
      true,
      false,
    ]);
    expect(seqs(await page('(aroundSeq: 0, first: 2)'))).toEqual([1, 2]);
    const { data } = await run(schema, `{ message(id: "${secret}") { at } }`, contextOf('ada'));
    const at = (data as { message: { at: string } }).message.at;
    expect(seqs(await page(`(fromTime: "${at}", first: 2)`))).toEqual([1, 2]);
    expect(seqs(await page('(fromTime: "2100-01-01T00:00:00Z")'))).toEqual([]);
    expect(seqs(await page('(fromTime: "2100-01-01T00:00:00Z", last: 2)'))).toEqual([3, 4]);
  });

  it('an empty page of the middle has no cursors, and says no more than it knows', async () => {
    const last = await page('(last: 1)');
    const beyond = await page(`(first: 1, after: "${last.pageInfo.endCursor}")`);
    expect(beyond).toMatchObject({ edges: [], pageInfo: { startCursor: null, endCursor: null, hasNextPage: false } });
  });

  it.each([
    '(first: 1, last: 1)',
    '(last: 1, after: "x")',
    '(first: 1, before: "x")',
    '(after: "x")',
    '(aroundSeq: -1)',
    '(aroundSeq: 1, fromTime: "2026-01-01T00:00:00Z")',
    '(first: 0)',
    '(last: 101)',
  ])('refuses %s', async (args) => {
    const result = await run(
      schema,
      `{ conversation(id: "${idOf('conversation', 'ab')}") { messages${args} { edges { cursor } } } }`,
      contextOf('ada'),
    );
    expect(codeOf(result)).toBe('BAD_USER_INPUT');
  });
});

describe('what depends on the viewer', () => {
  it('status is shown to the author, unread to the reader', async () => {
    const ask = `{ conversation(id: "${idOf('conversation', 'ab')}") { unreadCount headSeq messages { edges { node { seq status authorId } } } watermarks { accountId deliveredUpTo readUpTo } lastMessage { seq } } }`;
    interface Answer {
      readonly conversation: {
        readonly unreadCount: number;
        readonly headSeq: number;
        readonly messages: { readonly edges: readonly { readonly node: { readonly status: string | null } }[] };
      };
    }
    const of = async (name: string): Promise<Answer['conversation']> =>
      ((await run(schema, ask, contextOf(name))).data as unknown as Answer).conversation;
    const [ada, bob] = [await of('ada'), await of('bob')];
    // Bob has read up to 2, and answering moved him to 4; Ada has read up to her own 2.
    expect(ada.messages.edges.map(({ node }) => node.status)).toEqual(['READ', 'READ', null, null]);
    expect(bob.messages.edges.map(({ node }) => node.status)).toEqual([null, null, 'SENT', 'SENT']);
    expect([ada.unreadCount, bob.unreadCount, ada.headSeq]).toEqual([2, 0, 4]);
  });

  it('pages of conversations go on from their cursors, last activity first', async () => {
    const ask =
      '($after: String) { conversations(first: 1, after: $after) { edges { node { id } } pageInfo { endCursor hasNextPage } } }';
    interface Answer {
      readonly conversations: {
        readonly edges: readonly { readonly node: { readonly id: string } }[];
        readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
      };
    }
    const of = async (after: string | null): Promise<Answer['conversations']> =>
      ((await run(schema, `query ${ask}`, contextOf('ada'), { after })).data as unknown as Answer).conversations;
    const first = await of(null);
    const second = await of(first.pageInfo.endCursor);
    expect([first, second].map(({ edges, pageInfo }) => [edges[0]?.node.id, pageInfo.hasNextPage])).toEqual([
      [idOf('conversation', 'ae'), true],
      [idOf('conversation', 'ab'), false],
    ]);
  });

  it("a snapshot's cursor is where the read model stands", async () => {
    const { data } = await run(schema, '{ snapshot { cursor } }', contextOf('ada'));
    const { rows } = await log.database.pool.query<{ position: bigint }>(
      'SELECT max(last_position) AS position FROM conversations',
    );
    const cursor = cursors.decodeCursor((data as { snapshot: { cursor: string } }).snapshot.cursor);
    expect(typeof cursor).toBe('bigint');
    expect((cursor as bigint) >= rows[0]!.position).toBe(true);
  });
});
