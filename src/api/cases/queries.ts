import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { casesPage, type CaseStatus as Status } from '../../projections/cases/cases.queries.js';
import { settle } from '../kit/consistency.js';
import type { ApiContext } from '../kit/context.js';
import { connectionOf, decodePlace, encodePlace, pageSize } from '../kit/paging.js';
import { ReadToken } from '../kit/scalars.js';
import { Allow } from '../kit/shape.js';
import { CaseConnection, CaseStatus } from './types.js';
import { caseValue } from './values.js';

const LIST = 'cases';

@Resolver()
export class CaseQueries {
  @Allow('administrator')
  @Query(() => CaseConnection, { description: 'Reports of a status, in the order in which they came.' })
  async cases(
    @Arg('status', () => CaseStatus, { defaultValue: CaseStatus.OPEN }) status: Status,
    @Arg('first', () => Int, { defaultValue: 50, nullable: true }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Arg('atLeast', () => ReadToken, { nullable: true }) atLeast: string | null | undefined,
    @Ctx() context: ApiContext,
  ): Promise<CaseConnection> {
    const size = pageSize('first', first, 50);
    const place = after == null ? undefined : BigInt(decodePlace(LIST, /^(\d{1,18})$/, after)[0] ?? 0);
    await settle(context, atLeast);
    const found = await casesPage(context.services.reads.pool, status, { limit: size + 1, after: place ?? -1n });
    const shown = found.slice(0, size);
    const more = { before: place !== undefined, after: found.length > size };
    const { edges, pageInfo } = connectionOf(shown, ({ position }) => encodePlace(LIST, String(position)), more);
    return { edges: edges.map(({ cursor, node }) => ({ cursor, node: caseValue(node) })), pageInfo };
  }
}
