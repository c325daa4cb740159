import './kit/reflect.js';
import { type GraphQLSchema, isAbstractType, isObjectType } from 'graphql';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';
import { AccountMutations } from './accounts/mutations.js';
import { AccountQueries } from './accounts/queries.js';
import { AccountFields, MeFields } from './accounts/fields.js';
import { CaseFields, ReportedMessageFields } from './cases/fields.js';
import { CaseMutations } from './cases/mutations.js';
import { CaseQueries } from './cases/queries.js';
import { ContactFields, SuggestionFields } from './contacts/fields.js';
import { ContactMutations } from './contacts/mutations.js';
import { ContactQueries } from './contacts/queries.js';
import { BroadcastFields } from './broadcasts/fields.js';
import { BroadcastMutations } from './broadcasts/mutations.js';
import { BroadcastQueries } from './broadcasts/queries.js';
import { ChannelFields } from './channels/fields.js';
import { ChannelMutations } from './channels/mutations.js';
import { ChannelQueries } from './channels/queries.js';
import { CommunityFields } from './communities/fields.js';
import { CommunityMutations } from './communities/mutations.js';
import { DisappearingMutations } from './disappearing/mutations.js';
import { ConversationFields } from './conversations/fields.js';
import { ConversationMutations } from './conversations/mutations.js';
import { ConversationQueries } from './conversations/queries.js';
import { GroupFields, JoinRequestFields, MemberFields } from './groups/fields.js';
import { JoinMutations } from './groups/joining.js';
import { GroupMutations } from './groups/mutations.js';
import { GroupQueries } from './groups/queries.js';
import { enforceRules } from './kit/authorize.js';
import { MessageChangeMutations } from './messages/changeMutations.js';
import { ConversationMessageFields } from './messages/conversationFields.js';
import { MessageFields } from './messages/fields.js';
import { MessageMutations } from './messages/mutations.js';
import { MessageQueries } from './messages/queries.js';
import { CastVoteFields, ReactionFields, ResponseQueries } from './messages/responses.js';
import { ChatMutations } from './preferences/mutations.js';
import { ChatFields, StarFields } from './preferences/fields.js';
import { OwnMessageMutations } from './preferences/messageMutations.js';
import { ScheduledMutations } from './preferences/scheduledMutations.js';
import { ScheduledQueries } from './preferences/scheduledQueries.js';
import { PreferenceQueries } from './preferences/queries.js';
import { DevelopmentQueries } from './operations/queries.js';
import { LiveSubscriptions } from './operations/subscriptions.js';
import { PresenceFields } from './presence/fields.js';
import { PresenceSubscriptions } from './presence/subscriptions.js';
import { MemberReceiptFields, MessageInfoFields } from './receipts/info.js';
import { WatermarkFields } from './receipts/fields.js';
import { ReceiptMutations } from './receipts/mutations.js';
import { TypingMutations } from './typing/mutations.js';
import { TypingSubscriptions } from './typing/subscriptions.js';

const RESOLVERS = [
  AccountQueries,
  ContactQueries,
  ConversationQueries,
  GroupQueries,
  MessageQueries,
  ResponseQueries,
  ReactionFields,
  CastVoteFields,
  PreferenceQueries,
  ScheduledQueries,
  AccountMutations,
  ContactMutations,
  CaseQueries,
  CaseMutations,
  CaseFields,
  ReportedMessageFields,
  ConversationMutations,
  GroupMutations,
  JoinMutations,
  MessageMutations,
  MessageChangeMutations,
  ReceiptMutations,
  TypingMutations,
  DisappearingMutations,
  ChannelQueries,
  ChannelMutations,
  ChannelFields,
  CommunityMutations,
  CommunityFields,
  BroadcastQueries,
  BroadcastMutations,
  BroadcastFields,
  ChatMutations,
  OwnMessageMutations,
  ScheduledMutations,
  LiveSubscriptions,
  PresenceSubscriptions,
  TypingSubscriptions,
  MeFields,
  AccountFields,
  ContactFields,
  SuggestionFields,
  ConversationFields,
  GroupFields,
  MemberFields,
  JoinRequestFields,
  MessageFields,
  ChatFields,
  StarFields,
  ConversationMessageFields,
  WatermarkFields,
  MessageInfoFields,
  MemberReceiptFields,
  PresenceFields,
];

export interface SchemaOptions {
  /** With `devOutbox`: only where `hasDevOutbox` holds. */
  readonly development?: boolean;
}

/** The executable schema, its rules in force. */
export function buildApiSchema({ development = false }: SchemaOptions = {}): GraphQLSchema {
  const resolvers: readonly unknown[] = development ? [...RESOLVERS, DevelopmentQueries] : RESOLVERS;
  const schema = buildSchemaSync({
    resolvers: resolvers as NonEmptyArray<never>,
    orphanedTypes: [],
    validate: false,
    pubSub: noPubSub,
  });
  readPlainValues(schema);
  enforceRules(schema);
  return schema;
}

/** Subscriptions come from the hub; type-graphql only wants to know that there is something. */
const noPubSub: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('subscriptions come from the hub');
  },
};

/**
 * Values are plain objects that carry `__typename` where a type is one of several. Synchronous, and without type-graphql's
 * `instanceof`: its promise for each value of a union would be most of a payload's cost.
 */
function readPlainValues(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type))
      type.resolveType = (value: unknown) => (value as { readonly __typename: string }).__typename;
    if (isObjectType(type)) type.isTypeOf = undefined;
  }
}
