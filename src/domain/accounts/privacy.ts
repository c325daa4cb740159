/** Who may see or do something of an account. `except` goes with `contacts_except`: account ids, sorted. */
export interface Audience {
  readonly kind: 'everyone' | 'contacts' | 'contacts_except' | 'nobody';
  readonly except?: readonly string[];
}

/** What an account shows, and to whom. */
export interface Privacy {
  readonly lastSeen: Audience;
  readonly online: Audience;
  readonly avatar: Audience;
  readonly about: Audience;
  readonly addToGroups: Audience;
  readonly calls: Audience;
  /** Off: others do not learn what was read, and their reading is not shown either. */
  readonly readReceipts: boolean;
  /** Off: whoever has the number does not find the account by it. */
  readonly discoverable: boolean;
}

export const AUDIENCES = ['lastSeen', 'online', 'avatar', 'about', 'addToGroups', 'calls'] as const;
export const SWITCHES = ['readReceipts', 'discoverable'] as const;
export type AudienceSetting = (typeof AUDIENCES)[number];
export type SwitchSetting = (typeof SWITCHES)[number];

/** An absent setting is unchanged. */
export type PrivacyChange = { readonly [S in AudienceSetting]?: Audience } & {
  readonly [S in SwitchSetting]?: boolean;
};

const EVERYONE: Audience = { kind: 'everyone' };

export const DEFAULT_PRIVACY: Privacy = {
  lastSeen: EVERYONE,
  online: EVERYONE,
  avatar: EVERYONE,
  about: EVERYONE,
  addToGroups: EVERYONE,
  calls: EVERYONE,
  readReceipts: true,
  discoverable: true,
};

/** How many a list of exceptions may have. */
export const MAX_EXCEPTIONS = 1_000;

/** @param isContact whether the account whose setting it is has the viewer in its contacts. */
export function isInAudience(audience: Audience, viewer: string, isContact: boolean): boolean {
  switch (audience.kind) {
    case 'everyone':
      return true;
    case 'contacts':
      return isContact;
    case 'contacts_except':
      return isContact && audience.except?.includes(viewer) !== true;
    case 'nobody':
      return false;
  }
}

/** Only what would change of it, in its canonical form. */
export function effectOf(privacy: Privacy, change: PrivacyChange): PrivacyChange {
  const audiences = AUDIENCES.flatMap((setting): [string, Audience][] => {
    const given = change[setting];
    if (given === undefined) return [];
    const wanted = canonical(given);
    return same(wanted, privacy[setting]) ? [] : [[setting, wanted]];
  });
  const switches = SWITCHES.flatMap((setting): [string, boolean][] => {
    const given = change[setting];
    return given === undefined || given === privacy[setting] ? [] : [[setting, given]];
  });
  return Object.fromEntries<Audience | boolean>([...audiences, ...switches]);
}

function canonical({ kind, except = [] }: Audience): Audience {
  return kind === 'contacts_except' ? { kind, except: [...new Set(except)].sort() } : { kind };
}

function same(a: Audience, b: Audience): boolean {
  return a.kind === b.kind && (a.except ?? []).join() === (b.except ?? []).join();
}
