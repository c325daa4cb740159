/** The server's clock. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}
