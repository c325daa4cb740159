import { Field, ID } from 'type-graphql';
import { DEFAULT_PRIVACY, type Privacy as PrivacySettings } from '../../domain/accounts/index.js';
import type { ContactEvent } from '../../domain/contacts/index.js';
import { streamId } from '../../domain/shared/streams.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';
import { settingsOf } from '../../projections/accounts/privacy.js';
import type { RelationRow } from '../../projections/contacts/replay.js';
import { Privacy, privacyValue } from '../accounts/privacy.js';
import { encodeId } from '../kit/nodeIds.js';
import { Shape } from '../kit/shape.js';
import { contactId } from './values.js';

@Shape({ description: "In one's own book: as it is now. Without number and name: it left the book." })
export class ContactChanged {
  @Field(() => ID)
  readonly contactId!: string;

  @Field(() => String, { nullable: true })
  readonly phone!: string | null;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;
}

@Shape({ description: "Somebody registered with a number of one's own book." })
export class ContactDiscovered {
  @Field(() => ID)
  readonly contactId!: string;

  @Field(() => ID)
  readonly accountId!: string;
}

@Shape({ description: "One's own block." })
export class BlockChanged {
  @Field(() => ID)
  readonly accountId!: string;

  @Field(() => Boolean)
  readonly blocked!: boolean;
}

@Shape({ description: "One's own settings, as they are now." })
export class PrivacyChanged {
  @Field(() => Privacy)
  readonly privacy!: Privacy;
}

export const RELATION_UPDATES = [ContactChanged, ContactDiscovered, BlockChanged, PrivacyChanged] as const;

/** What it tells the account's own devices. */
export type RelationUpdateValue =
  | {
      readonly __typename: 'ContactChanged';
      readonly contactId: string;
      readonly phone: string | null;
      readonly name: string | null;
    }
  | { readonly __typename: 'ContactDiscovered'; readonly contactId: string; readonly accountId: string }
  | { readonly __typename: 'BlockChanged'; readonly accountId: string; readonly blocked: boolean }
  | { readonly __typename: 'PrivacyChanged'; readonly privacy: Privacy };

/** The row that the read model will have of an event of a `contacts-` stream. */
export function relationRow(event: OpenedEvent): RelationRow {
  const ownerId = streamId(event.stream);
  const { type, data } = { type: event.type, data: event.data } as ContactEvent<unknown>;
  switch (type) {
    case 'ContactSaved':
    case 'ContactRemoved': {
      const { phone = null, name = null } = event.opened;
      return { kind: 'contact', ownerId, phoneHmac: data.phoneHmac, phone, name };
    }
    case 'AccountBlocked':
    case 'AccountUnblocked':
      return { kind: 'block', accountId: data.accountId, blocked: type === 'AccountBlocked' };
  }
}

/** Live or replayed. */
export function relationUpdate(row: RelationRow): RelationUpdateValue {
  switch (row.kind) {
    case 'contact': {
      const { phone, name } = row;
      return { __typename: 'ContactChanged', contactId: contactId(row.ownerId, row.phoneHmac), phone, name };
    }
    case 'contact_discovered':
      return {
        __typename: 'ContactDiscovered',
        contactId: contactId(row.ownerId, row.phoneHmac),
        accountId: encodeId('account', row.accountId),
      };
    case 'block':
      return { __typename: 'BlockChanged', accountId: encodeId('account', row.accountId), blocked: row.blocked };
    case 'privacy':
      return privacyChanged({ ...DEFAULT_PRIVACY, ...settingsOf(row.settings) });
  }
}

export function privacyChanged(settings: PrivacySettings): RelationUpdateValue {
  return { __typename: 'PrivacyChanged', privacy: privacyValue(settings) };
}
