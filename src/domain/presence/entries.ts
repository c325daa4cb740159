/**
 * What nodes share about presence, and for how long. An account's entry names the nodes that hold it; each node's lease
 * says that it lives. So a beat costs a node one command, however many sockets it has (docs/topics/presence.md).
 */

/** An account that comes back within this time was never away. */
export const GRACE_MS = 60_000;
/** A node renews its lease this often. */
export const BEAT_MS = 10_000;
/** A node that died held its accounts for the grace, as one that lives does. */
export const LEASE_MS = GRACE_MS + 1.5 * BEAT_MS;
/** All of a node's entries are renewed once in this time. */
export const RENEWAL_MS = 15 * 60_000;
export const ENTRY_MS = 4 * RENEWAL_MS;
/** How long it is known when a node that died was last alive. */
export const LAST_BEAT_MS = 7 * 24 * 3_600_000;
/** How long absences are not believed after the cache was found empty: every node has put its entries back by then. */
export const DISTRUST_MS = 1.5 * BEAT_MS;

/** Members: the nodes that live. */
export const NODES_KEY = 'presence:nodes';
/** Members: the nodes that hold the account. */
export const accountKey = (accountId: string): string => `presence:account:${accountId}`;
/** When the node was last alive, in milliseconds since the epoch. */
export const beatKey = (nodeId: string): string => `presence:beat:${nodeId}`;

/** Says that an account's presence is to be read anew; the payload is its `lastSeenAt`, or nothing. */
export const accountTopic = (accountId: string): string => `presence:${accountId}`;
/** Says that everybody's is. */
export const EVERYBODY_TOPIC = 'presence';
