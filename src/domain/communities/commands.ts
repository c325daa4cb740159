import type { FirstTexts } from '../shared/conversationTexts.js';

/** On a community's stream. `by`: the account that asks; texts come sealed already. */
export type CommunityCommand =
  | ({ readonly type: 'create'; readonly by: string } & FirstTexts)
  /** What the group's stream says at `link`: `by` linked it. `members`: the group's. */
  | {
      readonly type: 'admitGroup';
      readonly by: string;
      readonly groupId: string;
      readonly link: number;
      readonly members: readonly string[];
    }
  /** What the group's stream says: the link is over. */
  | { readonly type: 'dismissGroup'; readonly groupId: string; readonly link: number }
  /** By an admin of the community. */
  | { readonly type: 'removeGroup'; readonly by: string; readonly groupId: string }
  /** Members of a group of it. */
  | { readonly type: 'takeIn'; readonly groupId: string; readonly members: readonly string[] }
  | { readonly type: 'deactivate'; readonly by: string };

/** On the stream of a group, about the community that it is in. */
export type LinkCommand =
  | { readonly type: 'link'; readonly by: string; readonly communityId: string }
  /** By an admin of the group. */
  | { readonly type: 'unlink'; readonly by: string; readonly communityId: string }
  /** What the community's stream says: it does not have the group, or not any more. */
  | { readonly type: 'cut'; readonly communityId: string; readonly link: number }
  /** What the community's stream says: the account is in it no more. `stay`: when that began, in the group's stream. */
  | {
      readonly type: 'expel';
      readonly communityId: string;
      readonly accountId: string;
      readonly stay: number;
      readonly how: 'left' | 'removed';
    }
  /** The same, of one who waits to come out of the community. */
  | { readonly type: 'turnAway'; readonly communityId: string; readonly accountId: string };
