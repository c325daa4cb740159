import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isObjectType, type GraphQLField } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApiSchema } from '../../src/api/schema.js';
import { projectRoot } from '../../src/platform/config/root.js';
import { connect, WireError } from '../kit/client.js';
import { CALLS, CHANGES_THE_GROUP, type Cell } from './matrix/calls.js';
import { furnish } from './matrix/furnished.js';
import { READS, RESOURCES, UNSAID, type LookingCell, type Read } from './matrix/reads.js';
import { documentOf, everything, isResource, plainFields, saidBy } from './matrix/selection.js';
import { SUBSCRIPTIONS, toldBy } from './matrix/subscriptions.js';
import { markdown, section, withSection, type Row } from './matrix/table.js';
import { makeWorld, ROLES, type Person, type Role, type Scene, type World } from './matrix/world.js';

/**
 * What every role gets of every field, by real calls. The tables are in the documentation, and asserted from there;
 * WRITE_MATRIX=1 writes what is, for a review.
 */
const FILE = path.join(projectRoot, 'docs/reference/authorization.md');
const schema = buildApiSchema();
const roots = {
  query: schema.getQueryType()!.getFields(),
  mutation: schema.getMutationType()!.getFields(),
  subscription: schema.getSubscriptionType()!.getFields(),
};

let world: World;
let cells = 0;
beforeAll(async () => {
  world = await makeWorld();
}, 60_000);
afterAll(() => world.close());

async function cellOf(role: Role, group?: Scene): Promise<Cell> {
  return {
    world,
    role,
    // A socket without a session can get one.
    me: role === 'no session' ? { ...world.people[role], client: await connect(world.server.url) } : world.people[role],
    group: group ?? (await world.scene()),
    direct: world.directOf(role),
    unique: `m${cells++}`,
  };
}

let looking: Promise<ReadonlyMap<Role, LookingCell>> | undefined;
/** All look at one furnished group. */
function lookers(): Promise<ReadonlyMap<Role, LookingCell>> {
  return (looking ??= (async () => {
    const group = await furnish(world);
    const found = new Map<Role, LookingCell>();
    for (const role of ROLES) found.set(role, { ...(await cellOf(role, group)), group });
    // Among the newest conversations, which lists show first.
    await world.say(world.people.owner, world.direct, 'still here');
    await world.say(world.people.blocked, world.blockedDirect, 'still here');
    await world.settled();
    return found;
  })());
}

async function eachRole(outcome: (role: Role) => Promise<string>): Promise<Record<Role, string>> {
  const found = await Promise.all(ROLES.map(async (role) => [role, await outcome(role)] as const));
  return Object.fromEntries(found) as Record<Role, string>;
}

/** From outside to inside. */
const typenamesOf = (answer: unknown): string[] =>
  JSON.stringify(answer)
    .match(/"__typename":"\w+"/g)!
    .map((found) => found.slice('"__typename":"'.length, -1));

type Answer = Readonly<Record<string, { readonly __typename: string }>>;

async function overHttp(query: string, variables: object, { token }: Person): Promise<Answer> {
  const response = await fetch(`${world.server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    data: Answer;
    errors?: readonly { message: string; extensions: { code: string } }[];
  };
  const error = errors?.[0];
  if (error !== undefined) throw new WireError(error.extensions.code, error.message);
  return data;
}

/** What an administrator of the server has, and a stranger not; in all else they are the same. */
const ADMINISTRATORS: Readonly<Record<string, readonly string[]>> = {
  queries: ['cases'],
  fields: ['Case', 'ReportedMessage'],
  subscriptions: [],
  commands: ['closeCase'],
};

function onlyTheirs(name: string, rows: readonly Row[]): void {
  const unlike = rows.filter(([, , { stranger, administrator }]) => stranger !== administrator);
  expect([...new Set(unlike.map(([head]) => head.split(':')[0]))]).toEqual(ADMINISTRATORS[name]);
}

function outcomeOf(error: unknown): string {
  if (error instanceof WireError) return error.code;
  throw error;
}

function asserted(name: string, head: readonly [string, string], rows: readonly Row[]): void {
  const text = markdown(head, rows);
  if (process.env['WRITE_MATRIX'] === '1') writeFileSync(FILE, withSection(readFileSync(FILE, 'utf8'), name, text));
  expect(text).toBe(section(readFileSync(FILE, 'utf8'), name));
  onlyTheirs(name, rows);
}

const fieldOf = (operation: keyof typeof roots, name: string): GraphQLField<unknown, unknown> =>
  roots[operation][name] as GraphQLField<unknown, unknown>;

describe('authorization', () => {
  it.each([
    ['query', READS],
    ['mutation', CALLS],
    ['subscription', SUBSCRIPTIONS],
  ] as const)('has a row for every %s', (operation, rows) => {
    expect([...new Set(rows.map(({ field }) => field))].toSorted()).toEqual(Object.keys(roots[operation]).toSorted());
  });

  it('has a row for every field of what belongs to somebody', () => {
    const types = Object.values(schema.getTypeMap()).filter(isObjectType);
    const claimed = new Set(RESOURCES.flatMap((resource) => resource.types));
    expect(
      types
        .filter((type) => isResource(schema, type))
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...claimed, ...Object.keys(UNSAID)].filter((name) => !name.includes('.')).toSorted());
  });

  const ask = async ({ field, args, secret }: Read, cell: LookingCell, depth: number): Promise<unknown> => {
    const given = args(cell);
    const root = fieldOf('query', field);
    const document = documentOf('query', root, Object.keys(given), everything(root.type, depth));
    const data = await cell.me.client.run<Record<string, unknown>>(document, given);
    return JSON.stringify(data).includes(secret(cell)) ? data : undefined;
  };

  it('answers queries', async () => {
    const cellsOf = await lookers();
    const rows: Row[] = [];
    for (const one of READS) {
      const outcomes = await eachRole((role) =>
        ask(one, cellsOf.get(role)!, 1).then((data) => (data === undefined ? 'nothing' : 'shown'), outcomeOf),
      );
      rows.push([one.field, one.on, outcomes]);
    }
    asserted('queries', ['query', 'on'], rows);
  }, 120_000);

  it('shows fields', async () => {
    const cellsOf = await lookers();
    const rows: Row[] = [];
    const said = new Set<string>();
    for (const { name, read, types, depth } of RESOURCES) {
      const byRole = new Map<Role, Set<string>>();
      await eachRole(async (role) => {
        byRole.set(role, await ask(read, cellsOf.get(role)!, depth).then(saidBy, () => new Set<string>()));
        return '';
      });
      for (const typeName of types) {
        const type = schema.getType(typeName);
        if (!isObjectType(type)) throw new Error(`${typeName} is no object type`);
        const patterns = new Map<string, string[]>();
        for (const field of plainFields(type)) {
          const pattern = ROLES.map((role) => (byRole.get(role)!.has(`${typeName}.${field.name}`) ? 'shown' : '-'));
          if (pattern.includes('shown')) said.add(`${typeName}.${field.name}`);
          patterns.set(pattern.join(), [...(patterns.get(pattern.join()) ?? []), field.name]);
        }
        for (const [pattern, fields] of patterns) {
          const cellsOfRow = pattern.split(',');
          if (!cellsOfRow.includes('shown')) continue;
          rows.push([
            `${typeName}: ${fields.join(', ')}`,
            name,
            Object.fromEntries(ROLES.map((role, index) => [role, cellsOfRow[index]!])) as Record<Role, string>,
          ]);
        }
      }
    }
    const all = RESOURCES.flatMap(({ types }) => types).flatMap((name) => {
      const type = schema.getType(name);
      return isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${name}.${field}`) : [];
    });
    asserted('fields', ['fields', 'of'], rows);
    expect([...new Set(all)].filter((field) => !said.has(field) && UNSAID[field] === undefined)).toEqual([]);
  }, 120_000);

  it('tells subscriptions', async () => {
    const cellsOf = await lookers();
    const rows: Row[] = [];
    for (const one of SUBSCRIPTIONS) {
      const outcomes = await eachRole((role) => {
        const cell = { ...cellsOf.get(role)!, unique: `s${cells++}` };
        return toldBy(one, fieldOf('subscription', one.field), cell);
      });
      rows.push([one.field, one.on, outcomes]);
    }
    asserted('subscriptions', ['subscription', 'on'], rows);
  }, 120_000);

  // Last: they leave traces in what the others look at.
  it('answers commands', async () => {
    const shared = await world.scene();
    const rows: Row[] = [];
    for (const { field, on, args, as, http, within } of CALLS) {
      const outcomes = await eachRole(async (role) => {
        const cell = await cellOf(role, CHANGES_THE_GROUP.has(field) ? undefined : shared);
        const given = await args(cell);
        if (given === undefined) return '';
        const caller = as === undefined ? cell.me : await as(cell);
        const selection =
          within === undefined
            ? '{ __typename }'
            : `{ __typename ... on ${within} { __typename } ${'}'.repeat(within.split('{').length - 1)} }`;
        const document = documentOf('mutation', fieldOf('mutation', field), Object.keys(given), selection);
        const ask = (): Promise<string> =>
          (http === true ? overHttp(document, given, caller) : caller.client.run<Answer>(document, given)).then(
            (data) => typenamesOf(data[field]).at(-1)!,
            outcomeOf,
          );
        let outcome = await ask();
        // What the others do at the same time may be in the way.
        while (outcome === 'Busy') outcome = await ask();
        // A place may be told again after some seconds, which a slow machine may take to get here.
        return field === 'updateLocation' && outcome === 'MessageChanged' ? 'RateLimited' : outcome;
      });
      rows.push([field, on, outcomes]);
    }
    asserted('commands', ['mutation', 'on'], rows);
  }, 300_000);
});
