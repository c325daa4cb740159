import type { AccountRelations, Relations } from '../contacts/index.js';
import { FULL_SIGHT, NO_SIGHT, type Sight, type Visibility } from './status.js';

const ONLINE_ONLY: Sight = { online: true, lastSeen: false };
const LAST_SEEN_ONLY: Sight = { online: false, lastSeen: true };

/** What the privacy settings `online` and `lastSeen` let a viewer know: nothing where either has blocked the other. */
export function visibilityOf(relations: Pick<Relations, 'of'>): Visibility {
  return {
    sight(viewer, account) {
      if (viewer === account) return FULL_SIGHT;
      const [theirs, own] = [relations.of(account), relations.of(viewer)];
      if (!(theirs instanceof Promise) && !(own instanceof Promise)) return sightOf(viewer, account, theirs, own);
      return Promise.all([theirs, own]).then(([one, other]) => sightOf(viewer, account, one, other));
    },
  };
}

function sightOf(viewer: string, account: string, theirs: AccountRelations, own: AccountRelations): Sight {
  if (own.blocks.has(account)) return NO_SIGHT;
  const online = theirs.allows('online', viewer);
  if (theirs.allows('lastSeen', viewer)) return online ? FULL_SIGHT : LAST_SEEN_ONLY;
  return online ? ONLINE_ONLY : NO_SIGHT;
}
