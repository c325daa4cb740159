import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import {
  AUDIENCES,
  SWITCHES,
  type Audience as AudienceSetting,
  type Privacy as PrivacySettings,
  type PrivacyChange,
} from '../../domain/accounts/index.js';
import { fault } from '../kit/errors.js';
import { decodeId, encodeId } from '../kit/nodeIds.js';
import { outcomes, TooMany } from '../kit/problems.js';
import { ReadToken } from '../kit/scalars.js';
import { Shape } from '../kit/shape.js';

export const AudienceKind = {
  EVERYONE: 'everyone',
  CONTACTS: 'contacts',
  CONTACTS_EXCEPT: 'contacts_except',
  NOBODY: 'nobody',
} as const;
registerEnumType(AudienceKind, {
  name: 'AudienceKind',
  description: 'Contacts are those whose numbers the account has.',
});

@Shape()
export class Audience {
  @Field(() => AudienceKind)
  readonly kind!: AudienceSetting['kind'];

  @Field(() => [ID], { description: 'Accounts; with `CONTACTS_EXCEPT`.' })
  readonly except!: readonly string[];
}

@Shape({ description: 'Who sees or may do what: docs/topics/privacy.md.' })
export class Privacy {
  @Field(() => Audience)
  readonly lastSeen!: Audience;

  @Field(() => Audience)
  readonly online!: Audience;

  @Field(() => Audience)
  readonly avatar!: Audience;

  @Field(() => Audience)
  readonly about!: Audience;

  @Field(() => Audience, { description: 'Others get an invitation instead.' })
  readonly addToGroups!: Audience;

  @Field(() => Audience)
  readonly calls!: Audience;

  @Field(() => Boolean, { description: 'False: others do not learn what was read, and theirs is not shown either.' })
  readonly readReceipts!: boolean;

  @Field(() => Boolean, { description: 'False: whoever has the number does not find the account by it.' })
  readonly discoverable!: boolean;
}

@InputType()
export class AudienceInput {
  @Field(() => AudienceKind)
  readonly kind!: AudienceSetting['kind'];

  @Field(() => [ID], { nullable: true, description: 'With `CONTACTS_EXCEPT`: up to 1,000 accounts.' })
  readonly except?: readonly string[] | null;
}

@InputType({ description: 'An absent setting stays as it is.' })
export class UpdatePrivacyInput {
  @Field(() => AudienceInput, { nullable: true })
  readonly lastSeen?: AudienceInput | null;

  @Field(() => AudienceInput, { nullable: true })
  readonly online?: AudienceInput | null;

  @Field(() => AudienceInput, { nullable: true })
  readonly avatar?: AudienceInput | null;

  @Field(() => AudienceInput, { nullable: true })
  readonly about?: AudienceInput | null;

  @Field(() => AudienceInput, { nullable: true })
  readonly addToGroups?: AudienceInput | null;

  @Field(() => AudienceInput, { nullable: true })
  readonly calls?: AudienceInput | null;

  @Field(() => Boolean, { nullable: true })
  readonly readReceipts?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  readonly discoverable?: boolean | null;
}

@Shape()
export class PrivacyUpdated {
  readonly __typename!: 'PrivacyUpdated';

  @Field(() => Privacy)
  readonly privacy!: Privacy;

  @Field(() => ReadToken)
  readonly readToken!: string;
}

export const UpdatePrivacyResult = outcomes('UpdatePrivacyResult', () => [PrivacyUpdated, TooMany]);

export function privacyValue(settings: PrivacySettings): Privacy {
  const audiences = AUDIENCES.map((setting): [string, Audience] => {
    const { kind, except = [] } = settings[setting];
    return [setting, { kind, except: except.map((id) => encodeId('account', id)) }];
  });
  const { readReceipts, discoverable } = settings;
  return {
    ...(Object.fromEntries(audiences) as Pick<Privacy, (typeof AUDIENCES)[number]>),
    readReceipts,
    discoverable,
  };
}

/** @throws a BAD_USER_INPUT fault for exceptions where there can be none. */
export function privacyChange(input: UpdatePrivacyInput): PrivacyChange {
  const audiences = AUDIENCES.flatMap((setting): [string, AudienceSetting][] => {
    const given = input[setting];
    if (given == null) return [];
    const { kind, except } = given;
    if (kind !== 'contacts_except' && (except?.length ?? 0) > 0)
      throw fault('BAD_USER_INPUT', `${setting}: exceptions go with CONTACTS_EXCEPT`);
    if (kind !== 'contacts_except') return [[setting, { kind }]];
    return [[setting, { kind, except: (except ?? []).map((id) => decodeId('account', id)) }]];
  });
  const switches = SWITCHES.flatMap((setting): [string, boolean][] => {
    const given = input[setting];
    return given == null ? [] : [[setting, given]];
  });
  return Object.fromEntries<AudienceSetting | boolean>([...audiences, ...switches]);
}
