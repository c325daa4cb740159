/**
 * type-graphql asks `reflect-metadata` for the types that a compiler may have emitted. We emit none and write every type
 * as a thunk, so "nothing known" is the whole of what it needs.
 */
interface WithMetadata {
  getMetadata?: (key: string, target: object, property?: string | symbol) => unknown;
}

(Reflect as WithMetadata).getMetadata ??= () => undefined;
