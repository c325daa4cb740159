import { decodeId } from '../../../src/api/kit/nodeIds.js';
import { messagePlace } from '../../../src/projections/timeline/target.queries.js';
import { poll } from './calls.js';
import { inAnHour, type Scene, type World } from './world.js';

/** A group with something of everything, for what only looks. */
export interface Furnished extends Scene {
  /** By the author: edited since, deleted since, and what the names say. */
  readonly edited: string;
  readonly deleted: string;
  readonly owners: string;
  readonly linked: string;
  readonly poll: string;
  readonly reply: string;
  readonly expiring: string;
  readonly token: string;
  /** Of a message of the author: one case that is open, and one that is closed. */
  readonly openCase: string;
  readonly closedCase: string;
  /** The owner's, with the group in it. */
  readonly community: string;
}

export async function furnish(world: World): Promise<Furnished> {
  const scene = await world.scene();
  const { author, spare, people, say } = world;
  const { owner } = people;
  const { id, later } = scene;
  const edited = await say(author, id, 'first version');
  const deleted = await say(author, id, 'deleted');
  const owners = await say(owner, id, 'by the owner');
  const linked = await say(author, id, 'see https://example.com/');
  const pollId = await say(author, id, { poll });
  const reply = await say(author, id, { text: 'a reply', replyTo: later });
  await world.settled();
  await addPreview(world, linked);
  await author.client.run(
    `mutation ($edited: ID!, $deleted: ID!, $mentions: [ID!]) {
      editMessage(input: { messageId: $edited, text: "second version", mentions: $mentions }) { __typename }
      deleteMessage(messageId: $deleted) { __typename } }`,
    { edited, deleted, mentions: [people.member.accountId] },
  );
  for (const { client } of [spare, owner])
    await client.run(
      `mutation ($poll: ID!, $later: ID!) { votePoll(messageId: $poll, options: [1]) { __typename }
        reactToMessage(messageId: $later, emoji: "👍") { __typename } }`,
      { poll: pollId, later },
    );
  await author.client.run('mutation ($id: ID!) { closePoll(messageId: $id) { __typename } }', { id: pollId });
  const { deviceId } = await world.anotherDevice(owner);
  await owner.client.run('mutation ($id: ID!) { revokeDevice(id: $id) { __typename } }', { id: deviceId });
  await world.request(id);
  const { token } = await world.link(id, { expiresAt: inAnHour(), maxUses: 5 });
  await world.schedule(id);
  await owner.client.run(
    `mutation ($id: ID!, $later: ID!, $until: DateTime, $except: [ID!]) {
      updatePrivacy(input: { calls: { kind: CONTACTS_EXCEPT, except: $except } }) { __typename }
      pinMessage(messageId: $later) { __typename }
      starMessage(messageId: $later) { __typename }
      setDisappearing(conversationId: $id, seconds: 86400) { __typename }
      muteChat(conversationId: $id, until: $until) { __typename }
      pinChat(conversationId: $id) { __typename }
      clearChat(conversationId: $id, upTo: 0) { __typename }
      saveDraft(conversationId: $id, text: "half a") { __typename } }`,
    { id, later, until: inAnHour(), except: [spare.accountId] },
  );
  const community = await world.community(id);
  const expiring = await say(author, id, 'goes by itself');
  const [openCase, closedCase] = await reported(world, later);
  return {
    ...scene,
    edited,
    deleted,
    owners,
    linked,
    poll: pollId,
    reply,
    expiring,
    token,
    openCase,
    closedCase,
    community,
  };
}

/** By the spare member, and one of them then closed by the administrator. */
async function reported({ spare, people }: World, messageId: string): Promise<readonly [string, string]> {
  const { open, close } = await spare.client.run<Record<'open' | 'close', { caseId: string }>>(
    `mutation ($of: [ID!]!) {
      open: reportMessage(input: { messageIds: $of, reason: SPAM, comment: "spam" }) { ... on Reported { caseId } }
      close: reportMessage(input: { messageIds: $of, reason: ABUSE, comment: "abuse" }) { ... on Reported { caseId } } }`,
    { of: [messageId] },
  );
  await people.administrator.client.run(
    'mutation ($id: ID!) { closeCase(input: { caseId: $id, verdict: UPHELD, note: "so it is" }) { __typename } }',
    { id: close.caseId },
  );
  return [open.caseId, close.caseId];
}

/** As its worker does. */
async function addPreview({ server, author }: World, messageId: string): Promise<void> {
  const { readStore, handlers } = server.app;
  const eventId = decodeId('message', messageId);
  const { conversationId, seq } = (await messagePlace(readStore.pool, eventId))!;
  const version = {
    conversationId,
    authorId: decodeId('account', author.accountId),
    target: seq,
    version: seq,
    eventId,
  };
  const url = 'https://example.com/';
  await handlers.linkPreviews.add(version, { url, title: 'Example', description: 'What for', siteName: 'Examples' });
}
