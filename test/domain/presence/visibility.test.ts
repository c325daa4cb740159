import { describe, expect, it } from 'vitest';
import { DEFAULT_PRIVACY, type Privacy } from '../../../src/domain/accounts/index.js';
import { relationsOf, type AccountRelations } from '../../../src/domain/contacts/index.js';
import { seen, visibilityOf, type Sight } from '../../../src/domain/presence/index.js';

interface Person {
  readonly blocks?: readonly string[];
  readonly contacts?: readonly string[];
  readonly privacy?: Partial<Privacy>;
}

const related = (id: string, { blocks = [], contacts = [], privacy = {} }: Person = {}): AccountRelations =>
  relationsOf(id, {
    blocks: new Set(blocks),
    contacts: new Set(contacts),
    privacy: { ...DEFAULT_PRIVACY, ...privacy },
  });

/** What bob may know of ada. */
function sight(ada: Person, bob: Person = {}): Sight {
  const people: Record<string, AccountRelations> = { ada: related('ada', ada), bob: related('bob', bob) };
  return visibilityOf({ of: (id) => people[id]! }).sight('bob', 'ada') as Sight;
}

const NOBODY = { kind: 'nobody' } as const;
const CONTACTS = { kind: 'contacts' } as const;

describe('what one may know of another', () => {
  it.each<[string, Person, Person, Sight]>([
    ['everything, by default', {}, {}, { online: true, lastSeen: true }],
    ['not who is online', { privacy: { online: NOBODY } }, {}, { online: false, lastSeen: true }],
    ['not when they were seen', { privacy: { lastSeen: NOBODY } }, {}, { online: true, lastSeen: false }],
    ['what is for contacts: others', { privacy: { lastSeen: CONTACTS } }, {}, { online: true, lastSeen: false }],
    [
      'what is for contacts: contacts',
      { privacy: { lastSeen: CONTACTS, online: CONTACTS }, contacts: ['bob'] },
      {},
      { online: true, lastSeen: true },
    ],
    ['nothing of who blocks one', { blocks: ['bob'] }, {}, { online: false, lastSeen: false }],
    ['nothing of whom one blocks', {}, { blocks: ['ada'] }, { online: false, lastSeen: false }],
  ])('%s', (_what, ada, bob, expected) => {
    expect(sight(ada, bob)).toEqual(expected);
  });

  it('is everything of oneself, whatever one has set', () => {
    const visibility = visibilityOf({
      of: () => related('ada', { privacy: { online: NOBODY, lastSeen: NOBODY } }),
    });
    expect(visibility.sight('ada', 'ada')).toEqual({ online: true, lastSeen: true });
  });

  it('waits for what is not cached', async () => {
    const visibility = visibilityOf({ of: (id) => Promise.resolve(related(id, { blocks: ['ada'] })) });
    expect(await visibility.sight('bob', 'ada')).toEqual({ online: false, lastSeen: false });
  });
});

describe('a last seen', () => {
  const status = { online: true, lastSeenAt: 7 };
  it('is not shown beside being online, and is the earlier one to who may not see that', () => {
    expect(seen(status, { online: true, lastSeen: true })).toEqual({ online: true, lastSeenAt: null });
    expect(seen(status, { online: false, lastSeen: true })).toEqual({ online: null, lastSeenAt: 7 });
    expect(seen({ ...status, online: false }, { online: true, lastSeen: true })).toEqual({
      online: false,
      lastSeenAt: 7,
    });
    expect(seen(status, { online: false, lastSeen: false })).toEqual({ online: null, lastSeenAt: null });
  });
});
