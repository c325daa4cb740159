import type { SealedField } from '../../platform/keys/seal.js';

export type ConversationKind = 'direct' | 'group' | 'broadcast' | 'channel' | 'community';
export type Role = 'owner' | 'admin' | 'member';
export type Permitted = 'everyone' | 'admins';

export interface GroupSettings {
  readonly send: Permitted;
  readonly editInfo: Permitted;
  readonly addMembers: Permitted;
  /** Whether who comes by a link waits for an admin. */
  readonly approval: boolean;
  /** Whether new members see what was said before they came. */
  readonly sharedHistory: boolean;
}

/**
 * What the stream of a conversation tells about the conversation itself; its messages are told in ../messages/events.ts.
 * Names and descriptions are sealed under the conversation's own key.
 */
export type ConversationEvent =
  | {
      readonly type: 'ConversationStarted';
      readonly data: {
        readonly kind: 'direct';
        readonly members: readonly [string, string];
        /** Nobody but who started it is told: one of the two had blocked the other. */
        readonly withheld?: true;
      };
    }
  | {
      readonly type: 'GroupCreated';
      readonly data: {
        readonly name: SealedField;
        readonly description?: SealedField;
        readonly avatar?: string;
        readonly members: readonly { readonly accountId: string; readonly role: Role }[];
        readonly settings: GroupSettings;
      };
    }
  | {
      readonly type: 'MembersAdded';
      readonly data: {
        readonly members: readonly string[];
        /** What the settings said at that time. */
        readonly sharedHistory: boolean;
        /** `community`: a member of it joined one of its groups; `group`: it follows from the membership of one. */
        readonly via: 'admin' | 'link' | 'request' | 'community' | 'group';
        readonly linkId?: string;
        /** Of those who came `group`. */
        readonly groupId?: string;
      };
    }
  /** `newOwner`: to whom the group of the last owner went. */
  | { readonly type: 'MemberRemoved'; readonly data: { readonly accountId: string; readonly newOwner?: string } }
  | { readonly type: 'MemberLeft'; readonly data: { readonly accountId: string; readonly newOwner?: string } }
  | { readonly type: 'RoleChanged'; readonly data: { readonly accountId: string; readonly role: Role } }
  | {
      readonly type: 'GroupInfoChanged';
      /** An absent field stays as it is, null takes it away. */
      readonly data: {
        readonly name?: SealedField;
        readonly description?: SealedField | null;
        readonly avatar?: string | null;
      };
    }
  | { readonly type: 'GroupSettingsChanged'; readonly data: Partial<GroupSettings> }
  | {
      readonly type: 'InviteLinkCreated';
      readonly data: {
        readonly linkId: string;
        /** SHA-256 of the token, base64url. */
        readonly tokenHash: string;
        /** Milliseconds since the epoch. */
        readonly expiresAt?: number;
        readonly maxUses?: number;
      };
    }
  | { readonly type: 'InviteLinkRevoked'; readonly data: { readonly linkId: string } }
  /** Without a link: out of the group's community. */
  | { readonly type: 'JoinRequested'; readonly data: { readonly accountId: string; readonly linkId?: string } }
  | { readonly type: 'JoinDeclined'; readonly data: { readonly accountId: string } }
  /** One-way: its admins write; who follows it is in the followers' own streams. The actor owns it. */
  | {
      readonly type: 'ChannelCreated';
      readonly data: {
        readonly handle: string;
        readonly name: SealedField;
        readonly description?: SealedField;
        readonly avatar?: string;
        readonly settings: GroupSettings;
      };
    }
  /** Only its author, the actor, ever sees the list: recipients get direct messages. */
  | {
      readonly type: 'BroadcastListCreated';
      readonly data: { readonly name: SealedField; readonly recipients: readonly string[] };
    }
  | {
      readonly type: 'RecipientsChanged';
      readonly data: { readonly added: readonly string[]; readonly removed: readonly string[] };
    }
  /** A group of groups, whose own stream is for announcements. The actor owns it. */
  | {
      readonly type: 'CommunityCreated';
      readonly data: {
        readonly name: SealedField;
        readonly description?: SealedField;
        readonly avatar?: string;
        readonly settings: GroupSettings;
      };
    }
  /** Of a community's stream. `link`: the sequence at which the group's stream says so. */
  | { readonly type: 'GroupLinked'; readonly data: { readonly groupId: string; readonly link: number } }
  | { readonly type: 'GroupUnlinked'; readonly data: { readonly groupId: string; readonly link: number } }
  /** All memberships end, and all groups are unlinked. */
  | { readonly type: 'CommunityDeactivated'; readonly data: object }
  /** Of a group's stream. */
  | { readonly type: 'LinkedToCommunity'; readonly data: { readonly communityId: string } }
  | { readonly type: 'UnlinkedFromCommunity'; readonly data: { readonly communityId: string } }
  /** For messages sent from now on; null: they stay. */
  | { readonly type: 'TimerChanged'; readonly data: { readonly seconds: number | null } };

export type ConversationEventType = ConversationEvent['type'];
export type DataOf<T extends ConversationEventType> = Extract<ConversationEvent, { type: T }>['data'];
