import { connect } from '../../test/kit/client.js';
import { readDevices } from './accounts.js';
import { distribution, type Distribution } from './measure.js';

export interface HistoryTask {
  readonly kind: 'history';
  readonly url: string;
  readonly tokens: string;
  readonly pageSize: number;
  readonly trials: number;
  /** How many pages back a deep page is. */
  readonly depth: number;
}

export interface HistoryResult {
  readonly headSeq: number;
  readonly newest: Distribution;
  readonly deep: Distribution;
  /** Every page of the way back. */
  readonly walk: Distribution;
  readonly pages: number;
  /** Sequences that the walk did not give exactly once and in order. */
  readonly gaps: number;
}

const list = 'query List { conversations(first: 1) { edges { node { id headSeq } } } }';
const page = `query Page($id: ID!, $last: Int, $before: String) { conversation(id: $id) { messages(last: $last, before: $before) {
  edges { cursor node { id seq authorId at status content { __typename ... on TextContent { text } } } } pageInfo { startCursor hasPreviousPage } } } }`;

interface Page {
  readonly conversation: {
    readonly messages: {
      readonly edges: readonly { readonly node: { readonly seq: number } }[];
      readonly pageInfo: { readonly startCursor: string | null; readonly hasPreviousPage: boolean };
    };
  };
}

export async function runHistory(task: HistoryTask): Promise<HistoryResult> {
  const client = await connect(task.url, { token: readDevices(task.tokens)[0]!.accessToken });
  const { conversations } = await client.run<{
    conversations: { edges: readonly { node: { id: string; headSeq: number } }[] };
  }>(list);
  const conversation = conversations.edges[0]!.node;
  const read = async (before: string | undefined, times: number[]): Promise<Page['conversation']['messages']> => {
    const start = performance.now();
    const variables = { id: conversation.id, last: task.pageSize, ...(before === undefined ? {} : { before }) };
    const { conversation: found } = await client.run<Page>(page, variables);
    times.push(performance.now() - start);
    return found.messages;
  };
  for (let warm = 0; warm < 50; warm++) await read(undefined, []);
  const walk: number[] = [];
  const cursors: string[] = [];
  let gaps = 0;
  let expected: number | undefined;
  let before: string | undefined;
  for (let index = 0; index < task.depth; index++) {
    const { edges, pageInfo } = await read(before, walk);
    for (const { node } of [...edges].reverse()) {
      if (expected !== undefined && node.seq !== expected) gaps++;
      expected = node.seq - 1;
    }
    if (!pageInfo.hasPreviousPage || pageInfo.startCursor === null) break;
    before = pageInfo.startCursor;
    cursors.push(before);
  }
  const newest: number[] = [];
  const deep: number[] = [];
  const deepest = cursors.slice(-Math.max(1, Math.floor(cursors.length / 10)));
  for (let trial = 0; trial < task.trials; trial++) {
    await read(undefined, newest);
    await read(deepest[trial % deepest.length], deep);
  }
  client.close();
  return {
    headSeq: conversation.headSeq,
    newest: distribution(newest),
    deep: distribution(deep),
    walk: distribution(walk),
    pages: walk.length,
    gaps,
  };
}
