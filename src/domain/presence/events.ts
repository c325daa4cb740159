/** Nobody of the account was connected for a while. Milliseconds since the epoch of the end of its last socket. A maximum: late ones change nothing. */
export type PresenceEvent = { readonly type: 'WentOffline'; readonly data: { readonly lastSeenAt: number } };
