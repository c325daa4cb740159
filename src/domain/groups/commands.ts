import type { GroupSettings, Role } from '../conversations/index.js';
import type { ChangedTexts, FirstTexts } from '../shared/conversationTexts.js';

/** `by`: the account that asks. Texts come sealed already, for the one event that a command makes. */
export type GroupCommand =
  | ({
      readonly type: 'create';
      readonly by: string;
      readonly members: readonly string[];
      readonly settings: GroupSettings;
    } & FirstTexts)
  /** `members`: those who exist and let themselves be added by this account. */
  | { readonly type: 'addMembers'; readonly by: string; readonly members: readonly string[] }
  | { readonly type: 'removeMember'; readonly by: string; readonly accountId: string }
  | { readonly type: 'leave'; readonly by: string }
  | { readonly type: 'changeRole'; readonly by: string; readonly accountId: string; readonly role: Role }
  | ({ readonly type: 'changeInfo'; readonly by: string } & ChangedTexts)
  | { readonly type: 'changeSettings'; readonly by: string; readonly settings: Partial<GroupSettings> }
  | {
      readonly type: 'createLink';
      readonly by: string;
      readonly linkId: string;
      readonly tokenHash: string;
      readonly expiresAt?: number;
      readonly maxUses?: number;
    }
  | { readonly type: 'revokeLink'; readonly by: string; readonly linkId: string }
  /** `now`: milliseconds since the epoch. `removedLongAgo`: the last stay ended so, if the state does not know of it any more. */
  | {
      readonly type: 'join';
      readonly by: string;
      readonly tokenHash: string;
      readonly now: number;
      readonly removedLongAgo?: boolean;
    }
  /** One of a community's groups, by a member of it. */
  | {
      readonly type: 'joinFrom';
      readonly by: string;
      readonly communityId: string;
      readonly removedLongAgo?: boolean;
    }
  | { readonly type: 'approveJoin'; readonly by: string; readonly accountId: string }
  /** By an admin, or by the one who asked to join. */
  | { readonly type: 'declineJoin'; readonly by: string; readonly accountId: string };

export type CommandOf<T extends GroupCommand['type']> = Extract<GroupCommand, { type: T }>;
