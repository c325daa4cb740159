import { accountsProjection } from './accounts/accounts.js';
import { administratorsProjection } from './administrators/administrators.js';
import { adminsProjection } from './admins/admins.js';
import { casesProjection } from './cases/cases.js';
import { contactsProjection } from './contacts/contacts.js';
import { conversationsProjection } from './conversations/conversations.js';
import type { Projection } from './kit/projection.js';
import { preferencesProjection } from './preferences/preferences.js';
import { presenceProjection } from './presence/presence.js';
import { listsProjection } from './lists/lists.js';
import { receiptsProjection } from './receipts/receipts.js';
import { timelineProjection } from './timeline/timeline.js';

/** Every read model of the product. */
export const PROJECTIONS: readonly Projection[] = [
  accountsProjection,
  conversationsProjection,
  adminsProjection,
  timelineProjection,
  receiptsProjection,
  listsProjection,
  contactsProjection,
  casesProjection,
  administratorsProjection,
  preferencesProjection,
  presenceProjection,
];
