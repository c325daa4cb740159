import { Field } from 'type-graphql';
import { fault } from './errors.js';
import { Shape } from './shape.js';

export const MAX_PAGE = 100;

@Shape({ description: 'Cursors of a page are for the same list only; they are no `Cursor` of the log.' })
export class PageInfo {
  @Field(() => String, { nullable: true })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true })
  readonly endCursor!: string | null;

  @Field(() => Boolean)
  readonly hasNextPage!: boolean;

  @Field(() => Boolean)
  readonly hasPreviousPage!: boolean;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
}

/** @param more whether the list goes on before and after these nodes. */
export function connectionOf<T>(
  nodes: readonly T[],
  cursorOf: (node: T) => string,
  more: { readonly before: boolean; readonly after: boolean },
): Connection<T> {
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    pageInfo: {
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
      hasPreviousPage: more.before,
      hasNextPage: more.after,
    },
  };
}

export function pageSize(argument: string, size: number | null | undefined, otherwise: number): number {
  const wanted = size ?? otherwise;
  if (wanted < 1 || wanted > MAX_PAGE) throw fault('BAD_USER_INPUT', `${argument} must be from 1 to ${MAX_PAGE}`);
  return wanted;
}

/** Parts that are numbers or ids, behind the letters that name the list. */
export function encodePlace(list: string, ...parts: readonly (string | number)[]): string {
  return Buffer.from([list, ...parts].join(':')).toString('base64url');
}

/** The parts. @throws a BAD_USER_INPUT fault for a cursor of another list. */
export function decodePlace(list: string, pattern: RegExp, cursor: string): readonly string[] {
  const text = Buffer.from(cursor, 'base64url').toString();
  const match = text.startsWith(`${list}:`) ? pattern.exec(text.slice(list.length + 1)) : null;
  if (match === null || cursor.length > 200) throw fault('BAD_USER_INPUT', 'not a cursor of this list');
  return match.slice(1);
}
