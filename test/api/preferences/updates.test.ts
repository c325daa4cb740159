import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendText, startConversation } from '../../kit/documents.js';
import { actors, testApp, type Actor, type TestApp } from '../../kit/testApp.js';
import { changed, device, saveDraft } from './kit.js';

let server: TestApp;
beforeAll(async () => {
  server = await testApp();
});
afterAll(() => server.close());

const names = (updates: readonly { readonly __typename: string }[]): readonly string[] =>
  updates.map(({ __typename }) => __typename);

describe("one's other devices", () => {
  it('are told live, and others are not', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const { messageId } = await sendText(ada.client, chat, '1', 'one');
    const phone = await device(server, ada);
    const stranger = await device(server, bob);
    await changed(ada.client, 'muteChat', chat);
    await changed(ada.client, 'pinChat', chat);
    await changed(ada.client, 'archiveChat', chat);
    await changed(ada.client, 'starMessage', messageId);
    await changed(ada.client, 'unstarMessage', messageId);
    await changed(ada.client, 'hideMessage', messageId);
    await saveDraft(ada.client, chat, 'dear');
    await saveDraft(ada.client, chat, '');
    await changed(ada.client, 'clearChat', chat);
    const told = await phone.has(10);
    expect(names(told)).toEqual([
      ...Array.from({ length: 4 }, () => 'ChatPreferencesChanged'),
      'MessageStarred',
      'MessageUnstarred',
      'MessageHidden',
      'DraftChanged',
      'DraftChanged',
      'ChatPreferencesChanged',
    ]);
    expect(told[3]?.preferences).toMatchObject({ muted: true, archived: true, pinnedAt: null, clearedTo: null });
    expect(told[4]?.seq).toBe(1);
    expect(told.slice(7, 9).map(({ draft }) => draft?.text ?? null)).toEqual(['dear', null]);
    expect(told[9]?.preferences).toMatchObject({ archived: true, clearedTo: 1 });
    await sendText(bob.client, chat, '2', 'two');
    expect(names(await stranger.has(1))).toEqual(['MessageAdded']);
    phone.close();
    stranger.close();
  });

  it('that were away are told the last of each, once and in order, and nothing that was forgotten since', async () => {
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const before = await device(server, ada);
    const cursor = before.cursor!;
    before.close();
    const messages = [];
    for (const text of ['one', 'two', 'three', 'four', 'five'])
      messages.push(await sendText(bob.client, chat, text, text));
    await changed(ada.client, 'clearChat', chat, ', upTo: 2');
    await changed(ada.client, 'starMessage', messages[2]!.messageId);
    await changed(ada.client, 'hideMessage', messages[3]!.messageId);
    await saveDraft(ada.client, chat, 'one');
    await saveDraft(ada.client, chat, 'two');
    await changed(ada.client, 'muteChat', chat);
    await changed(ada.client, 'unstarMessage', messages[2]!.messageId);
    const back = await device(server, ada, cursor);
    const told = await back.has(6);
    expect(told.map((update) => [update.__typename, update.message?.seq ?? update.seq ?? null])).toEqual([
      ['MessageAdded', 3],
      ['MessageAdded', 5],
      ['MessageHidden', 4],
      ['DraftChanged', null],
      ['ChatPreferencesChanged', null],
      ['MessageUnstarred', 3],
    ]);
    expect(told[3]?.draft?.text).toBe('two');
    expect(told[4]?.preferences).toMatchObject({ muted: true, clearedTo: 2 });
    // Then live, without a repeat.
    await changed(ada.client, 'unmuteChat', chat);
    expect((await back.has(7)).at(-1)?.preferences).toMatchObject({ muted: false });
    back.close();
    // And from the middle of it.
    const middle = back.updates[2]!.cursor;
    const again = await device(server, ada, middle);
    expect(names(await again.has(3))).toEqual(['DraftChanged', 'MessageUnstarred', 'ChatPreferencesChanged']);
    again.close();
  });

  it('of another node are told, whichever node wrote', async () => {
    const other = await server.another();
    const [ada, bob] = (await actors(server, 2)) as [Actor, Actor];
    const chat = await startConversation(ada.client, bob.accountId);
    const there = await device(other, ada);
    await changed(ada.client, 'pinChat', chat);
    await there.has(1);
    // Each node decides on what the other wrote.
    await changed(there.client, 'archiveChat', chat);
    await changed(ada.client, 'unarchiveChat', chat);
    const told = await there.has(4);
    expect(told.map(({ preferences }) => [preferences?.archived, preferences?.pinnedAt !== null])).toEqual([
      [false, true],
      [true, false],
      [true, false],
      [false, false],
    ]);
    there.close();
    await other.app.stop();
  });
});
