export interface StartDirectConversation {
  readonly initiator: string;
  readonly other: string;
  /** Whether the other account is registered, as the handler found out. */
  readonly otherExists: boolean;
  /** Whether either blocks the other. */
  readonly withheld: boolean;
}
