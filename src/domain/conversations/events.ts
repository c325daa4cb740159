/** What the stream of a conversation tells about the conversation itself; its messages are told in ../messages/events.ts. */
export type ConversationEvent = {
  readonly type: 'ConversationStarted';
  readonly data: { readonly kind: 'direct'; readonly members: readonly [string, string] };
};
