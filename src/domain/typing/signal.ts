export type TypingKind = 'TYPING' | 'RECORDING' | 'NONE';

/** What one node tells the others. `at`: milliseconds since the epoch. */
export interface TypingSignal {
  readonly accountId: string;
  readonly kind: TypingKind;
  readonly at: number;
}

/** What is not repeated within this time has ended. */
export const TYPING_MS = 10_000;

export const typingTopic = (conversationId: string): string => `typing:${conversationId}`;

export function typingSignal(signal: TypingSignal): string {
  return JSON.stringify(signal);
}

export function parseTypingSignal(payload: string): TypingSignal {
  return JSON.parse(payload) as TypingSignal;
}
