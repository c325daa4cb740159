import { describe, expect, it } from 'vitest';
import { DEFAULT_PRIVACY } from '../../../src/domain/accounts/index.js';
import { blockBetween, relations, relationsOf, type RelationsSnapshot } from '../../../src/domain/contacts/index.js';
import type { StoredEvent } from '../../../src/platform/eventStore/port.js';

const NOTHING: RelationsSnapshot = {
  blocks: [],
  contacts: [],
  privacy: {},
  contactsRevision: -1,
  privacyRevision: -1,
};

function fixture() {
  const streams = new Map<string, { type: string; data: object }[]>();
  const snapshots = new Map<string, RelationsSnapshot>();
  const asked: string[] = [];
  let held: Promise<void> | undefined;
  const node = relations({
    eventStore: {
      async *readStream(stream, { from = 0 } = {}) {
        for (const [revision, event] of (streams.get(stream) ?? []).entries())
          if (revision >= from) yield { stream, revision, ...event } as StoredEvent;
        await held;
      },
    },
    findRelations(accountId) {
      asked.push(accountId);
      return Promise.resolve(snapshots.get(accountId) ?? NOTHING);
    },
    findAccounts: (numbers) => Promise.resolve(new Map(numbers.map((number) => [number, `account of ${number}`]))),
  });
  const append = (stream: string, type: string, data: object): void => {
    streams.set(stream, [...(streams.get(stream) ?? []), { type, data }]);
  };
  return { node, append, snapshots, asked, hold: (until: Promise<void> | undefined) => (held = until) };
}

describe("a node's relations", () => {
  it('are the read model with the tails of both streams', async () => {
    const { node, append, snapshots, asked } = fixture();
    snapshots.set('ada', {
      blocks: ['eve', 'mallory'],
      contacts: ['bob', 'carol'],
      privacy: { about: { kind: 'nobody' } },
      contactsRevision: 0,
      privacyRevision: -1,
    });
    append('contacts-ada', 'AccountUnblocked', { accountId: 'mallory' });
    append('contacts-ada', 'AccountUnblocked', { accountId: 'eve' });
    append('contacts-ada', 'ContactSaved', { phoneHmac: '1' });
    append('contacts-ada', 'ContactSaved', { phoneHmac: '2' });
    append('contacts-ada', 'ContactRemoved', { phoneHmac: '2' });
    append('account-ada', 'PrivacyChanged', { readReceipts: false });
    const found = await node.of('ada');
    expect([...found.blocks]).toEqual(['mallory']);
    expect([...found.contacts]).toEqual(['bob', 'carol', 'account of 1']);
    expect(found.privacy).toEqual({ ...DEFAULT_PRIVACY, about: { kind: 'nobody' }, readReceipts: false });
    expect(node.of('ada')).toBe(found);
    expect(asked).toEqual(['ada']);
  });

  it('are read again after what this node appended, and after what the log brings', async () => {
    const { node, append } = fixture();
    expect((await node.of('ada')).blocks.size).toBe(0);
    append('contacts-ada', 'AccountBlocked', { accountId: 'eve' });
    expect((await node.of('ada')).blocks.size).toBe(0);
    node.forget('ada');
    expect((await node.of('ada')).blocks.size).toBe(1);
    append('contacts-ada', 'AccountUnblocked', { accountId: 'eve' });
    node.onEvent({ stream: 'contacts-ada', type: 'AccountUnblocked' });
    expect((await node.of('ada')).blocks.size).toBe(0);
    append('account-ada', 'PrivacyChanged', { readReceipts: false });
    node.onEvent({ stream: 'account-ada', type: 'ProfileChanged' });
    expect((await node.of('ada')).privacy.readReceipts).toBe(true);
    node.onEvent({ stream: 'account-ada', type: 'PrivacyChanged' });
    expect((await node.of('ada')).privacy.readReceipts).toBe(false);
  });

  it('never keep what was read before something was appended meanwhile', async () => {
    const { node, append, hold } = fixture();
    let release!: () => void;
    void hold(new Promise((resolve) => (release = resolve)));
    const early = node.of('ada');
    append('contacts-ada', 'AccountBlocked', { accountId: 'eve' });
    node.forget('ada');
    const late = node.of('ada');
    void hold(undefined);
    release();
    expect((await early).blocks.size).toBe(1);
    expect((await late).blocks.size).toBe(1);
    expect((await node.of('ada')).blocks.size).toBe(1);
  });

  it('say of a block that it is between two, whoever it comes from', async () => {
    const { node, append } = fixture();
    append('contacts-ada', 'AccountBlocked', { accountId: 'eve' });
    expect(await blockBetween(node, 'ada', 'eve')).toBe(true);
    expect(blockBetween(node, 'eve', 'ada')).toBe(true);
    expect(await blockBetween(node, 'eve', 'bob')).toBe(false);
  });
});

describe('what an account allows', () => {
  const ada = relationsOf('ada', {
    blocks: new Set(['eve']),
    contacts: new Set(['bob', 'carol', 'eve']),
    privacy: {
      ...DEFAULT_PRIVACY,
      about: { kind: 'contacts' },
      avatar: { kind: 'contacts_except', except: ['carol'] },
      calls: { kind: 'nobody' },
    },
  });
  it.each([
    ['lastSeen', ['ada', 'bob', 'carol', 'mallory']],
    ['about', ['ada', 'bob', 'carol']],
    ['avatar', ['ada', 'bob']],
    ['calls', ['ada']],
  ] as const)('%s: %j', (setting, allowed) => {
    const everybody = ['ada', 'bob', 'carol', 'eve', 'mallory'];
    expect(everybody.filter((viewer) => ada.allows(setting, viewer))).toEqual(allowed);
  });
});
