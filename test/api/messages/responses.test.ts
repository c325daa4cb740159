import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMembers, createGroup, removeMember } from '../../kit/groups.js';
import { sendText } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { does, react, remove, sends } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const CHANGED = '{ __typename ... on MessageChanged { seq readToken } }';
const FIELDS = {
  messageReactions: 'accountId emoji at account { id }',
  pollVotes: 'accountId options at account { id }',
};

interface Node {
  readonly accountId: string;
  readonly emoji?: string;
  readonly options?: readonly number[];
  readonly at: string;
  readonly account: { readonly id: string };
}

interface Page {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string };
}

async function page(
  actor: Actor,
  field: keyof typeof FIELDS,
  messageId: string,
  more: Readonly<Record<string, string | number>> = {},
): Promise<Page | null> {
  const args = Object.entries({ messageId, ...more }).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const found = await actor.client.run<Record<string, Page | null>>(
    `{ ${field}(${args.join(', ')}) { edges { node { ${FIELDS[field]} } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`,
  );
  return found[field]!;
}

/** Page by page to the end. */
async function all(...[actor, field, messageId, more]: Parameters<typeof page>): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  let after: string | undefined;
  for (;;) {
    const found = await page(actor, field, messageId, { first: 7, ...(after === undefined ? {} : { after }), ...more });
    if (found === null) throw new Error('nothing to page through');
    expect(found.pageInfo.hasPreviousPage).toBe(after !== undefined);
    nodes.push(...found.edges.map(({ node }) => node));
    if (!found.pageInfo.hasNextPage) return nodes;
    after = found.pageInfo.endCursor;
  }
}

const given = (nodes: readonly Node[]): unknown[] =>
  nodes.map(({ accountId, emoji, options }) => [accountId, emoji ?? options]);

async function crowd(size: number): Promise<readonly [readonly Actor[], string]> {
  const members = await actors(server, size);
  const memberIds = members.slice(1).map(({ accountId }) => accountId);
  const { id } = await createGroup(members[0]!.client, { clientId: 'g', name: 'Crowd', memberIds });
  return [members, id];
}

describe('who reacted to a message', () => {
  it('is paged, the newest first, each account once, of one emoji where it is asked for', async () => {
    const [members, id] = await crowd(20);
    const [owner] = members as [Actor];
    const { messageId } = await sendText(owner.client, id, 'm', 'well?');
    const emojis = members.map((_member, n) => (n % 2 === 0 ? '👍' : '🎉'));
    for (const [n, member] of members.entries()) await react(member, messageId, emojis[n]!);
    // One changes its mind, another takes it back.
    await react(members[3]!, messageId, '👍');
    const { readToken } = await react(members[4]!, messageId, null);
    const others = [...members.keys()].filter((n) => n !== 3 && n !== 4).toReversed();
    const expected = [3, ...others].map((n) => [members[n]!.accountId, n === 3 ? '👍' : emojis[n]]);
    const found = await all(members[7]!, 'messageReactions', messageId, { atLeast: readToken });
    expect(given(found)).toEqual(expected);
    expect(found.every(({ account, accountId, at }) => account.id === accountId && Date.parse(at) > 0)).toBe(true);
    expect(given(await all(owner, 'messageReactions', messageId, { emoji: '🎉' }))).toEqual(
      expected.filter(([, emoji]) => emoji === '🎉'),
    );
    for (const wrong of [{ emoji: 'x' }, { after: 'x' }, { first: 101 }])
      await expect(page(owner, 'messageReactions', messageId, wrong)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(
      (await page(owner, 'messageReactions', messageId, { after: cursor('reactions:9999999999') }))!.edges,
    ).toHaveLength(19);
  });

  it('is told to who may see the message, as of its time there, while it says something', async () => {
    const [members, id] = await crowd(4);
    const [owner, leaving, hal, ida] = members as [Actor, Actor, Actor, Actor];
    const [stranger, late] = (await actors(server, 2)) as [Actor, Actor];
    const { messageId } = await sendText(owner.client, id, 'm', 'well?');
    await react(hal, messageId, '👍');
    await react(leaving, messageId, '🎉');
    await removeMember(owner.client, id, leaving.accountId);
    await addMembers(owner.client, id, late.accountId);
    const { readToken: atLeast } = await react(ida, messageId, '👍');
    expect(given(await all(leaving, 'messageReactions', messageId, { atLeast }))).toEqual([
      [leaving.accountId, '🎉'],
      [hal.accountId, '👍'],
    ]);
    expect(await all(hal, 'messageReactions', messageId, { atLeast })).toHaveLength(3);
    for (const nobody of [stranger, late]) expect(await page(nobody, 'messageReactions', messageId)).toBeNull();
    await does(ida, 'hideMessage', `messageId: "${messageId}"`, '{ __typename }');
    await expect.poll(() => page(ida, 'messageReactions', messageId)).toBeNull();
    const { readToken } = await remove(owner, messageId);
    expect(await page(hal, 'messageReactions', messageId, { atLeast: readToken })).toBeNull();
  });
});

describe('who voted in a poll', () => {
  it('is paged, the newest first, each account once, for one option where it is asked for', async () => {
    const [members, id] = await crowd(12);
    const [owner] = members as [Actor];
    const { messageId } = await sends(owner, id, 'poll: { question: "?", options: ["a", "b", "c"], multiple: true }');
    const votes = members.map((_member, n) => (n % 3 === 0 ? [0, 2] : [n % 2]));
    const vote = (member: Actor, options: readonly number[]): ReturnType<typeof does> =>
      does(member, 'votePoll', `messageId: "${messageId}", options: [${options.join(', ')}]`, CHANGED);
    for (const [n, member] of members.entries()) await vote(member, votes[n]!);
    await vote(members[1]!, [2]);
    const { readToken } = await vote(members[2]!, []);
    const expected = [1, ...[...members.keys()].slice(3).toReversed(), 0].map((n) => [
      members[n]!.accountId,
      n === 1 ? [2] : votes[n],
    ]);
    expect(given(await all(members[5]!, 'pollVotes', messageId, { atLeast: readToken }))).toEqual(expected);
    expect(given(await all(owner, 'pollVotes', messageId, { option: 2 }))).toEqual(
      expected.filter(([, options]) => (options as number[]).includes(2)),
    );
    expect((await page(owner, 'pollVotes', messageId, { option: 99 }))!.edges).toEqual([]);
  });

  it('is nobody’s to know where votes are not visible, nor of what is no poll', async () => {
    const [members, id] = await crowd(2);
    const [owner, hal] = members as [Actor, Actor];
    const secret = await sends(owner, id, 'poll: { question: "?", options: ["a", "b"], votesVisible: false }');
    const { readToken } = await does(hal, 'votePoll', `messageId: "${secret.messageId}", options: [1]`, CHANGED);
    for (const actor of [owner, hal])
      expect(await page(actor, 'pollVotes', secret.messageId, { atLeast: readToken })).toBeNull();
    const { messageId } = await sendText(owner.client, id, 'm', 'no poll');
    expect(await page(owner, 'pollVotes', messageId)).toBeNull();
  });
});

function cursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}
