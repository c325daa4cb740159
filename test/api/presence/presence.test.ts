import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuid } from '../../projections/fixture.js';
import { presenceWorld, START_OF_TIME, type PresenceWorld } from '../../kit/presenceWorld.js';

const ada = uuid('ada');
const bob = uuid('bob');
const eve = uuid('eve');

let world: PresenceWorld;
beforeEach(async () => {
  world = await presenceWorld();
});
afterEach(() => world.close());

describe('an account', () => {
  it('is online from its first socket until a minute after its last, and then goes offline once', async () => {
    const node = world.node();
    const watcher = node.watch(bob, ada);
    await world.settle();
    expect(watcher.online(ada)).toEqual([false]);
    node.handlers.opened(ada);
    node.handlers.opened(ada);
    await world.pass(1);
    expect(watcher.online(ada)).toEqual([false, true]);
    node.handlers.closed(ada);
    await world.pass(120);
    node.handlers.closed(ada);
    const ended = world.now();
    await world.pass(59);
    expect(watcher.online(ada)).toEqual([false, true]);
    expect(await world.facts(ada)).toEqual([]);
    await world.pass(120);
    expect(watcher.online(ada)).toEqual([false, true, false]);
    expect(watcher.last(ada)?.lastSeenAt).toBe(ended);
    expect((await world.facts(ada)).map(({ type, data }) => [type, data])).toEqual([
      ['WentOffline', { lastSeenAt: ended }],
    ]);
  });

  it('that comes back within the minute, on any node, was never away', async () => {
    const [one, other] = [world.node(), world.node()];
    const watchers = [one.watch(bob, ada), other.watch(eve, ada)];
    await world.settle();
    one.handlers.opened(ada);
    await world.pass(1);
    for (let times = 0; times < 5; times += 1) {
      const [from, to] = times % 2 === 0 ? [one, other] : [other, one];
      from.handlers.closed(ada);
      await world.pass(50);
      to.handlers.opened(ada);
      await world.pass(30);
    }
    for (const watcher of watchers) expect(watcher.online(ada)).toEqual([false, true]);
    expect(await world.facts(ada)).toEqual([]);
  });

  it('that is on two nodes is online until the later of them lets go, and was seen there last', async () => {
    const [one, other] = [world.node(), world.node()];
    const watcher = one.watch(bob, ada);
    await world.settle();
    one.handlers.opened(ada);
    other.handlers.opened(ada);
    await world.pass(5);
    one.handlers.closed(ada);
    await world.pass(30);
    other.handlers.closed(ada);
    const ended = world.now();
    await world.pass(90);
    expect(watcher.online(ada)).toEqual([false, true, false]);
    expect((await world.facts(ada)).map(({ data }) => data)).toEqual([{ lastSeenAt: ended }]);
  });

  it('leaves one fact in its stream, however often it goes', async () => {
    const node = world.node();
    for (let times = 0; times < 3; times += 1) {
      node.handlers.opened(ada);
      await world.pass(1);
      node.handlers.closed(ada);
      await world.pass(62);
    }
    const facts = await world.facts(ada);
    expect(facts.map(({ revision }) => revision)).toEqual([2]);
    const read = await node.handlers.read([ada]);
    expect(read.get(ada)).toMatchObject({ online: false, ...facts[0]?.data });
  });

  it('of a node that died goes offline when its lease has ended, last seen at its last sign, told once', async () => {
    const [one, other, third] = [world.node(), world.node(), world.node()];
    const watchers = [other.watch(bob, ada), third.watch(bob, ada)];
    await world.settle();
    one.handlers.opened(ada);
    one.handlers.opened(eve);
    await world.pass(25);
    one.die();
    await world.pass(50);
    for (const watcher of watchers) expect(watcher.online(ada)).toEqual([false, true]);
    await world.pass(40);
    for (const watcher of watchers) {
      expect(watcher.online(ada)).toEqual([false, true, false]);
      expect(watcher.last(ada)?.lastSeenAt).toBe(START_OF_TIME + 20_000);
    }
    expect(await world.facts(ada)).toHaveLength(1);
    // Of whom nobody watched it is found out when somebody asks.
    expect((await third.handlers.read([eve])).get(eve)).toMatchObject({
      online: false,
      lastSeenAt: START_OF_TIME + 20_000,
    });
    await world.settle();
    third.handlers.opened(ada);
    await world.pass(1);
    for (const watcher of watchers) expect(watcher.online(ada)).toEqual([false, true, false, true]);
  });
});

describe('a subscription', () => {
  it('tells all accounts first, then changes, and nothing twice', async () => {
    const node = world.node();
    node.handlers.opened(ada);
    await world.settle();
    const watcher = node.watch(bob, ada, eve);
    await world.settle();
    expect(watcher.told.map((presences) => presences.length)).toEqual([2]);
    expect([watcher.online(ada), watcher.online(eve)]).toEqual([[true], [false]]);
    await world.pass(5);
    world.reset();
    await world.pass(5);
    expect(watcher.told).toHaveLength(1);
    watcher.source.stop();
    node.handlers.opened(eve);
    await world.pass(100);
    expect(watcher.told).toHaveLength(1);
    expect(node.watches.watched).toBe(0);
  });

  it('tells only what the viewer may know, and corrects it when that changes', async () => {
    const node = world.node();
    node.handlers.opened(ada);
    await world.pass(1);
    node.handlers.closed(ada);
    await world.pass(70);
    const [went] = await world.facts(ada);
    const lastSeenAt = (went?.data as { lastSeenAt: number }).lastSeenAt;
    const may = (online: boolean, lastSeen: boolean): void => {
      world.sights.set(`${bob} ${ada}`, { online, lastSeen });
    };
    may(false, true);
    const watcher = node.watch(bob, ada);
    await world.settle();
    expect(watcher.told.flat()).toMatchObject([{ online: null, lastSeenAt }]);
    // That she is there now changes nothing of what he sees.
    node.handlers.opened(ada);
    await world.pass(2);
    expect(watcher.told).toHaveLength(1);
    may(true, false);
    node.watches.reconsider(ada);
    await world.pass(1);
    expect(watcher.last(ada)).toMatchObject({ online: true, lastSeenAt: null });
    may(false, false);
    node.watches.reconsider(ada);
    await world.pass(1);
    expect(watcher.last(ada)).toMatchObject({ online: null, lastSeenAt: null });
    node.handlers.closed(ada);
    await world.pass(70);
    expect(watcher.told).toHaveLength(3);
    expect(await node.watches.see(bob, [ada])).toMatchObject([{ online: null, lastSeenAt: null }]);
    expect(await node.watches.see(eve, [ada])).toMatchObject([{ online: false }]);
  });

  it('is corrected after signals were lost', async () => {
    const [one, other] = [world.node(), world.node()];
    const watcher = other.watch(bob, ada);
    await world.settle();
    world.deaf = true;
    one.handlers.opened(ada);
    await world.pass(5);
    expect(watcher.online(ada)).toEqual([false]);
    world.deaf = false;
    world.reset();
    await world.pass(1);
    expect(watcher.online(ada)).toEqual([false, true]);
  });
});

describe('a cache that has lost everything', () => {
  it('announces nobody offline, and has everybody back within seconds', async () => {
    const [one, other] = [world.node(), world.node()];
    const watchers = [one, other].map((node) => node.watch(eve, ada, bob));
    await world.settle();
    one.handlers.opened(ada);
    other.handlers.opened(bob);
    await world.pass(13);
    await world.cache.close();
    // Somebody looks before any node has put its accounts back.
    for (const node of [one, other]) for (const account of [ada, bob]) node.watches.reconsider(account);
    await world.pass(40);
    for (const watcher of watchers) {
      expect(watcher.online(ada)).toEqual([false, true]);
      expect(watcher.online(bob)).toEqual([false, true]);
    }
    expect((await one.handlers.read([bob])).get(bob)).toMatchObject({ online: true, certain: true });
    other.handlers.closed(bob);
    await world.pass(70);
    for (const watcher of watchers) expect(watcher.online(bob)).toEqual([false, true, false]);
    expect(await world.facts(ada)).toEqual([]);
  });

  it('just as somebody goes does not hide that they went', async () => {
    const [one, other] = [world.node(), world.node()];
    const watcher = other.watch(eve, ada);
    await world.settle();
    one.handlers.opened(ada);
    await world.pass(5);
    one.handlers.closed(ada);
    await world.pass(57);
    await world.cache.close();
    await world.pass(30);
    expect(watcher.online(ada)).toEqual([false, true, false]);
    expect(await world.facts(ada)).toHaveLength(1);
  });
});

describe('a storm', () => {
  it('of 1,000 devices that flap tells nobody anything', async () => {
    const [one, other] = [world.node(), world.node()];
    const accounts = Array.from({ length: 1_000 }, (_, index) => uuid(`flapper ${index}`));
    for (const account of accounts) one.handlers.opened(account);
    await world.pass(2);
    const watchers = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? one : other).watch(uuid(`watcher ${index}`), ...accounts.slice(index * 50, index * 50 + 250)),
    );
    await world.pass(1);
    const frames = (): number => watchers.reduce((sum, { told }) => sum + told.length, 0);
    expect(frames()).toBe(20);
    for (let rounds = 0; rounds < 10; rounds += 1) {
      for (const account of accounts) (rounds % 2 === 0 ? one : other).handlers.closed(account);
      await world.pass(3);
      for (const account of accounts) (rounds % 2 === 0 ? other : one).handlers.opened(account);
      await world.pass(3);
    }
    expect(frames()).toBe(20);
  }, 60_000);

  it('of real changes gives each subscription one frame a second at most, with each account once', async () => {
    const node = world.node();
    const accounts = Array.from({ length: 200 }, (_, index) => uuid(`flapper ${index}`));
    const watcher = node.watch(bob, ...accounts);
    await world.settle();
    for (const account of accounts) node.handlers.opened(account);
    for (const account of accounts) node.handlers.closed(account);
    for (const account of accounts) node.handlers.opened(account);
    await world.pass(10);
    expect(watcher.told.map((presences) => presences.length)).toEqual([200, 200]);
    for (const account of accounts) node.handlers.closed(account);
    await world.pass(70);
    expect(watcher.told.map((presences) => presences.length)).toEqual([200, 200, 200]);
  }, 60_000);
});
