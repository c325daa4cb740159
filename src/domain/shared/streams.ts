/** Every stream name of the system is built, and taken apart, here. */

export function conversationStream(conversationId: string): string {
  return `conversation-${conversationId}`;
}

export function receiptsStream(conversationId: string): string {
  return `receipts-${conversationId}`;
}

/** How far an account has read where it is told of nobody and nobody is told of it: in channels. */
export function readsStream(accountId: string): string {
  return `reads-${accountId}`;
}

export function accountStream(accountId: string): string {
  return `account-${accountId}`;
}

/** A report, as administrators work on it. */
export function caseStream(caseId: string): string {
  return `case-${caseId}`;
}

/** The contact book and the blocks of an account. */
export function contactsStream(accountId: string): string {
  return `contacts-${accountId}`;
}

export function preferencesStream(accountId: string): string {
  return `preferences-${accountId}`;
}

export function presenceStream(accountId: string): string {
  return `presence-${accountId}`;
}

/** @param phoneHmac hex; 128 bits of it name the stream. */
export function phoneStream(phoneHmac: string): string {
  return `phone-${phoneHmac.slice(0, 32)}`;
}

/** The id that the stream's name carries; '' for a name that is none of ours. */
export function streamId(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1 || stream.length);
}

export function streamCategory(stream: string): string {
  const dash = stream.indexOf('-');
  return dash < 0 ? stream : stream.slice(0, dash);
}
