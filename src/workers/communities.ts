import type { CommunityLinks } from '../domain/communities/index.js';
import type { DataOf } from '../domain/conversations/index.js';
import { streamId } from '../domain/shared/streams.js';
import { RetryLater, type Follower } from './kit/follower.js';

/** Of groups and of communities alike: what does not concern it, the handler finds out. */
const TYPES: ReadonlySet<string> = new Set([
  'LinkedToCommunity',
  'UnlinkedFromCommunity',
  'MembersAdded',
  'GroupLinked',
  'GroupUnlinked',
  'CommunityDeactivated',
  'MemberRemoved',
  'MemberLeft',
]);

/** Brings what happens in a group to its community, and the other way round. */
export function communityFollower(links: CommunityLinks): Follower {
  return {
    id: 'communities',
    wants: ({ type }) => TYPES.has(type),
    async handle(event) {
      const id = streamId(event.stream);
      const follow = (): ReturnType<CommunityLinks['linked']> | undefined => {
        switch (event.type) {
          case 'LinkedToCommunity':
            return links.linked(id, (event.data as DataOf<'LinkedToCommunity'>).communityId, event);
          case 'UnlinkedFromCommunity':
            return links.unlinked(id, (event.data as DataOf<'UnlinkedFromCommunity'>).communityId, event);
          case 'MembersAdded':
            return links.joined(id, event.data as DataOf<'MembersAdded'>, event);
          case 'GroupLinked':
            return links.groupLinked(id, event.data as DataOf<'GroupLinked'>, event);
          case 'GroupUnlinked':
            return links.groupUnlinked(id, event.data as DataOf<'GroupUnlinked'>, event);
          case 'CommunityDeactivated':
            return links.deactivated(id, event);
          case 'MemberRemoved':
            return links.left(id, (event.data as DataOf<'MemberRemoved'>).accountId, 'removed', event);
          case 'MemberLeft':
            return links.left(id, (event.data as DataOf<'MemberLeft'>).accountId, 'left', event);
          default:
            return undefined;
        }
      };
      if ((await follow())?.outcome === 'busy') throw new RetryLater();
    },
  };
}
