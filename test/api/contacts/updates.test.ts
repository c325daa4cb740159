import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerMany, seedPhone } from '../../../src/domain/accounts/index.js';
import { encodeId } from '../../../src/api/kit/nodeIds.js';
import { currentCursor } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { block, phoneOf, sync } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

interface Told {
  readonly __typename: string;
  readonly contactId?: string;
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly accountId?: string;
  readonly blocked?: boolean;
  readonly privacy?: { readonly readReceipts: boolean; readonly calls: { readonly kind: string } };
}

const document = `subscription ($after: Cursor) { updates(after: $after) { cursor update { __typename
  ... on ContactChanged { contactId phone name } ... on ContactDiscovered { contactId accountId }
  ... on BlockChanged { accountId blocked } ... on PrivacyChanged { privacy { readReceipts calls { kind } } } } } }`;

const OURS = new Set(['ContactChanged', 'ContactDiscovered', 'BlockChanged', 'PrivacyChanged']);

/** What a subscription is told of these, without cursors' moves; `reached` settles once that many are there. */
function follow(actor: Actor, after: string) {
  const told: Told[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let live!: () => void;
  const attached = new Promise<void>((resolve) => (live = resolve));
  const stop = actor.client.subscribe<{ updates: { update: Told } }>(document, { after }, ({ updates: { update } }) => {
    if (update.__typename === 'CursorAdvanced') live();
    // The cursor may be of before the read model had the account itself: its registration is told too.
    else if (OURS.has(update.__typename)) told.push(update);
    for (const one of waiting) if (told.length >= one.count) one.resolve();
  });
  const reached = (count: number): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ count, resolve });
      if (told.length >= count) resolve();
    });
  return { told, reached, attached, stop };
}

const setPrivacy = (actor: Actor, input: object): Promise<unknown> =>
  actor.client.run('mutation ($input: UpdatePrivacyInput!) { updatePrivacy(input: $input) { __typename } }', { input });

describe("one's own devices", () => {
  it('hear of contacts, blocks and privacy as they happen; a replay has the last state of each, in order', async () => {
    const [ada, bob, eve] = (await actors(server, 3)) as [Actor, Actor, Actor];
    const start = await currentCursor(ada.client);
    const device = follow(ada, start);
    await device.attached;
    const [one, two] = [await phoneOf(bob), await phoneOf(eve)];
    const { contacts } = await sync(ada, [
      [one, 'Bob'],
      [two, 'Eve'],
    ]);
    const [first, second] = contacts.map(({ id }) => id);
    await block(ada, eve.accountId);
    await setPrivacy(ada, { readReceipts: false });
    await sync(ada, [[one, 'Bobby']], { removed: [two] });
    await block(ada, eve.accountId, 'unblockAccount');
    await setPrivacy(ada, { calls: { kind: 'NOBODY' } });
    await device.reached(8);
    const changed = (contactId: string | undefined, phone: string | null, name: string | null): Told => ({
      __typename: 'ContactChanged',
      ...(contactId === undefined ? {} : { contactId }),
      phone,
      name,
    });
    const blocked = (is: boolean): Told => ({ __typename: 'BlockChanged', accountId: eve.accountId, blocked: is });
    const privacy = (kind: string): Told => ({
      __typename: 'PrivacyChanged',
      privacy: { readReceipts: false, calls: { kind } },
    });
    expect(device.told).toEqual([
      changed(first, one, 'Bob'),
      changed(second, two, 'Eve'),
      blocked(true),
      privacy('EVERYONE'),
      changed(second, null, null),
      changed(first, one, 'Bobby'),
      blocked(false),
      privacy('NOBODY'),
    ]);

    await ada.connect();
    const replayed = follow(ada, start);
    await replayed.attached;
    expect(replayed.told).toEqual([
      changed(second, null, null),
      changed(first, one, 'Bobby'),
      blocked(false),
      privacy('NOBODY'),
    ]);

    // Nobody else hears of any of it.
    const others = follow(eve, start);
    await others.attached;
    expect(others.told).toEqual([]);
  });

  it('hear that a contact has registered, live or replayed, once; who saved the number later does not', async () => {
    const people = (await actors(server, 3)) as [Actor, Actor, Actor];
    const [ada, bob, late] = people;
    const starts = await Promise.all(people.map((actor) => currentCursor(actor.client)));
    const phone = seedPhone(9_700_000);
    await sync(bob, [[phone, 'Soon here']]);
    await sync(bob, [], { removed: [phone] });
    const { contacts } = await sync(ada, [[phone, 'Soon here']]);
    const devices = people.map((actor, index) => follow(actor, starts[index]!));
    await Promise.all(devices.map(({ attached }) => attached));
    const [registered] = await registerMany(server.app.seedDeps, [{ phone, name: 'Newcomer' }]);
    await server.app.projector.waitFor(registered!.position!, 5_000);
    const accountId = encodeId('account', registered!.accountId);
    await devices[0]!.reached(2);
    const discovered = { __typename: 'ContactDiscovered', contactId: contacts[0]!.id, accountId };
    expect(devices[0]!.told[1]).toEqual(discovered);
    await sync(late, [[phone, 'Known by then']]);
    await sync(bob, [[phone, 'Again']]);
    await Promise.all([devices[1]!.reached(2), devices[2]!.reached(1)]);

    await Promise.all(people.map((actor) => actor.connect()));
    const replays = people.map((actor, index) => follow(actor, starts[index]!));
    await Promise.all(replays.map(({ attached }) => attached));
    expect(replays[0]!.told).toEqual([expect.objectContaining({ __typename: 'ContactChanged' }), discovered]);
    for (const replay of replays.slice(1))
      expect(replay.told.map(({ __typename }) => __typename)).toEqual(['ContactChanged']);
    for (const device of devices.slice(1))
      expect(device.told.every(({ __typename }) => __typename === 'ContactChanged')).toBe(true);
  });
});
