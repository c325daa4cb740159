import {
  getNamedType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isLeafType,
  subscribe,
  parse,
  type ExecutionResult,
  isCompositeType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { enforceRules, ruleOf } from '../../src/api/kit/authorize.js';
import { buildApiSchema } from '../../src/api/schema.js';
import { codeOf, cursors, fakeContext, fakeServices, NOW, run, session, at } from './kit/fake.js';

const schema = buildApiSchema({ development: true });
const roots = [
  ['query', schema.getQueryType()],
  ['mutation', schema.getMutationType()],
  ['subscription', schema.getSubscriptionType()],
] as const;
const fields = roots.flatMap(([operation, type]) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({ operation, field, name: field.name })),
);

/** Who may use what. A new field fails here until somebody has said who may use it. */
const RULES: Record<string, string> = {
  'query.me': 'device',
  'query.account': 'device',
  'query.contacts': 'device',
  'query.contactSuggestions': 'device',
  'query.blockedAccounts': 'device',
  'query.conversation': 'device',
  'query.conversations': 'device',
  'query.snapshot': 'device',
  'query.message': 'device',
  'query.editHistory': 'device',
  'query.messageReactions': 'device',
  'query.pollVotes': 'device',
  'query.channel': 'device',
  'query.broadcastList': 'device',
  'query.broadcastDelivery': 'device',
  'query.groupByLink': 'device',
  'query.starredMessages': 'device',
  'query.unreadTotals': 'device',
  'query.messageInfo': 'device',
  'query.scheduledMessages': 'device',
  'query.cases': 'administrator',
  'query.devOutbox': 'public',
  'mutation.requestOtp': 'public',
  'mutation.submitOtp': 'public',
  'mutation.refreshSession': 'public',
  'mutation.renewSession': 'socket',
  'mutation.signOut': 'device',
  'mutation.revokeDevice': 'device',
  'mutation.updateProfile': 'device',
  'mutation.updatePrivacy': 'device',
  'mutation.findAccount': 'device',
  'mutation.syncContacts': 'device',
  'mutation.blockAccount': 'device',
  'mutation.unblockAccount': 'device',
  'mutation.reportAccount': 'device',
  'mutation.reportMessage': 'device',
  'mutation.closeCase': 'administrator',
  'mutation.startConversation': 'device',
  'mutation.createGroup': 'device',
  'mutation.addMembers': 'device',
  'mutation.removeMember': 'device',
  'mutation.leaveGroup': 'device',
  'mutation.changeRole': 'device',
  'mutation.updateGroupInfo': 'device',
  'mutation.updateGroupSettings': 'device',
  'mutation.createChannel': 'device',
  'mutation.updateChannel': 'device',
  'mutation.setChannelAdmin': 'device',
  'mutation.followChannel': 'device',
  'mutation.unfollowChannel': 'device',
  'mutation.createCommunity': 'device',
  'mutation.linkGroup': 'device',
  'mutation.unlinkGroup': 'device',
  'mutation.deactivateCommunity': 'device',
  'mutation.joinCommunityGroup': 'device',
  'mutation.setDisappearing': 'device',
  'mutation.createBroadcastList': 'device',
  'mutation.updateBroadcastList': 'device',
  'mutation.createInviteLink': 'device',
  'mutation.revokeInviteLink': 'device',
  'mutation.joinGroup': 'device',
  'mutation.decideJoin': 'device',
  'mutation.withdrawJoin': 'device',
  'mutation.sendMessage': 'device',
  'mutation.forwardMessages': 'device',
  'mutation.pinMessage': 'device',
  'mutation.unpinMessage': 'device',
  'mutation.votePoll': 'device',
  'mutation.closePoll': 'device',
  'mutation.updateLocation': 'device',
  'mutation.stopLocation': 'device',
  'mutation.openViewOnce': 'device',
  'mutation.editMessage': 'device',
  'mutation.deleteMessage': 'device',
  'mutation.reactToMessage': 'device',
  'mutation.acknowledge': 'device',
  'mutation.setTyping': 'device',
  'mutation.muteChat': 'device',
  'mutation.unmuteChat': 'device',
  'mutation.archiveChat': 'device',
  'mutation.unarchiveChat': 'device',
  'mutation.pinChat': 'device',
  'mutation.unpinChat': 'device',
  'mutation.markChatUnread': 'device',
  'mutation.markChatRead': 'device',
  'mutation.clearChat': 'device',
  'mutation.deleteChat': 'device',
  'mutation.starMessage': 'device',
  'mutation.unstarMessage': 'device',
  'mutation.hideMessage': 'device',
  'mutation.saveDraft': 'device',
  'mutation.scheduleMessage': 'device',
  'mutation.cancelScheduledMessage': 'device',
  'subscription.updates': 'device',
  'subscription.conversationUpdates': 'device',
  'subscription.presence': 'device',
  'subscription.typing': 'device',
};

/** A call of the field with arguments that its types take. */
function call({ operation, field }: { operation: string; field: GraphQLField<unknown, unknown> }): string {
  const args = field.args
    .filter(({ type }) => isNonNullType(type))
    .map((argument) => `${argument.name}: ${valueOf(argument.type, argument.name)}`);
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return `${operation} { ${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${selection} }`;
}

const ids: Record<string, string> = {
  communityId: 'cnv',
  groupId: 'cnv',
  with: 'acc',
  conversationId: 'cnv',
  linkId: 'lnk',
  messageId: 'msg',
};
const kindsOf: Record<string, string> = { conversation: 'cnv', message: 'msg', account: 'acc', revokeDevice: 'dev' };

function valueOf(type: GraphQLInputType, name: string): string {
  if (isNonNullType(type)) return valueOf(type.ofType, name);
  if (isListType(type)) return '[]';
  if (isInputObjectType(type)) {
    const inner = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${inner.map((field) => `${field.name}: ${valueOf(field.type, field.name)}`).join(', ')} }`;
  }
  if (!isLeafType(type)) throw new Error(`no value for ${name}`);
  switch (type.name) {
    case 'ID':
      return JSON.stringify(`${ids[name] ?? kindsOf[name] ?? 'acc'}_${'0'.repeat(32)}`);
    case 'Int':
    case 'Float':
      return '1';
    case 'DateTime':
      return '"2026-11-24T14:02:07.123Z"';
    case 'Boolean':
      return 'true';
    default:
      return isEnumType(type) ? type.getValues()[0]!.name : '"x"';
  }
}

async function attempt(source: string, who: typeof session | null): Promise<ExecutionResult> {
  // Reaching any service throws an error without a code.
  const contextValue = fakeContext(fakeServices(), who);
  if (!source.startsWith('subscription')) return run(schema, source, contextValue);
  const result = await subscribe({ schema, document: parse(source), contextValue });
  return 'errors' in result ? result : {};
}

describe('rules of root fields', () => {
  it('are declared for every field, and are the ones agreed', () => {
    expect(
      Object.fromEntries(fields.map(({ operation, field }) => [`${operation}.${field.name}`, ruleOf(field)])),
    ).toEqual(RULES);
  });

  it('a schema with a field that has none is refused', () => {
    const broken = {
      getQueryType: () => ({ name: 'Query', getFields: () => ({ open: { name: 'open', extensions: {} } }) }),
      getMutationType: () => null,
      getSubscriptionType: () => null,
    };
    expect(() => enforceRules(broken as never)).toThrow('Query.open has no rule');
  });

  const guarded = fields.filter(({ field }) => ['device', 'administrator'].includes(ruleOf(field)!));
  it.each(guarded)('$operation $name refuses a caller without a session before anything is reached', async (field) => {
    expect(codeOf(await attempt(call(field), null))).toBe('UNAUTHENTICATED');
  });

  it.each(guarded)('$operation $name refuses a session that has ended', async (field) => {
    expect(codeOf(await attempt(call(field), { ...session, expiresAt: NOW }))).toBe('UNAUTHENTICATED');
  });

  it.each(fields.filter(({ field }) => ruleOf(field) === 'administrator'))(
    '$operation $name refuses who is no administrator before anything else is reached',
    async (field) => {
      const asked: unknown[] = [];
      const pool = { query: (query: unknown) => (asked.push(query), Promise.resolve({ rows: [] })) };
      const services = fakeServices({ reads: { pool } as never });
      expect(codeOf(await run(schema, call(field), fakeContext(services)))).toBe('FORBIDDEN');
      expect(asked).toEqual([expect.objectContaining({ name: 'is_administrator', values: [session.accountId] })]);
    },
  );

  it('renewSession is refused over HTTP', async () => {
    expect(codeOf(await attempt('mutation { renewSession(accessToken: "x") { __typename } }', session))).toBe(
      'FORBIDDEN',
    );
  });

  it('queries are limited by device', async () => {
    const keys: string[] = [];
    const limiter = {
      take: (name: string, key: string) => (
        keys.push(`${name} ${key}`),
        Promise.resolve({ ok: false as const, retryAfterMs: 70 })
      ),
    };
    const result = await run(schema, '{ me { deviceId } }', fakeContext(fakeServices({ limiter })));
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: 70 });
    expect(keys).toEqual([`query ${session.deviceId}`]);
  });
});

describe('arguments', () => {
  it.each([
    ['an id of another kind', `{ account(id: "cnv_${'0'.repeat(32)}") { id } }`],
    ['a UUID', '{ account(id: "01990000-0000-7000-8000-00000000000a") { id } }'],
    ['a malformed read token', `{ account(id: "acc_${'0'.repeat(32)}", atLeast: "zz") { id } }`],
    [
      'a cursor in the place of a read token',
      `{ account(id: "acc_${'0'.repeat(32)}", atLeast: "${cursors.encodeCursor(at(1n))}") { id } }`,
    ],
    ['a page of none', '{ conversations(first: 0) { edges { cursor } } }'],
    ['a page too large', '{ conversations(first: 101) { edges { cursor } } }'],
    [
      "another list's cursor",
      `{ conversations(after: "${Buffer.from('messages:3').toString('base64url')}") { edges { cursor } } }`,
    ],
    [
      'neither text nor sealed',
      `mutation { sendMessage(input: { conversationId: "cnv_${'0'.repeat(32)}", clientId: "1" }) { __typename } }`,
    ],
    [
      'both text and sealed',
      `mutation { sendMessage(input: { conversationId: "cnv_${'0'.repeat(32)}", clientId: "1", text: "a", sealed: { algorithm: "x", payload: "" } }) { __typename } }`,
    ],
    [
      'a negative sequence',
      `mutation { acknowledge(input: { conversationId: "cnv_${'0'.repeat(32)}", readUpTo: -1 }) { __typename } }`,
    ],
  ])('%s is BAD_USER_INPUT before anything is reached', async (_what, source) => {
    const messages = { send: () => Promise.reject(new Error('reached')) };
    const receipts = { acknowledge: () => Promise.reject(new Error('reached')) };
    expect(codeOf(await run(schema, source, fakeContext(fakeServices({ messages, receipts }))))).toBe('BAD_USER_INPUT');
  });
});
