/** The compiler's proof that a switch has every case; a value that comes here anyway is a fault. */
export function assertNever(value: never): never {
  throw new Error(`no case for ${JSON.stringify(value)}`);
}
