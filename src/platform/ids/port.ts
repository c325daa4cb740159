/** Where new ids come from. */
export interface Ids {
  /** A fresh UUIDv7. */
  next(): string;
}
