import type { Actor } from '../../kit/testApp.js';

const problem = '... on Problem { code message }';
const contact = '{ id phone name mutual account { id name } }';

export interface SeenContact {
  readonly id: string;
  readonly phone: string;
  readonly name: string;
  readonly mutual: boolean;
  readonly account: { readonly id: string; readonly name: string | null } | null;
}

export interface Synced {
  readonly __typename: string;
  readonly contacts: readonly SeenContact[];
  readonly refused: readonly { readonly index: number; readonly field: string; readonly reason: string }[];
  readonly saved: number;
  readonly removed: number;
  readonly readToken: string;
  readonly code?: string;
  readonly limit?: number;
}

export async function phoneOf(actor: Actor): Promise<string> {
  const { me } = await actor.client.run<{ me: { phone: string } }>('{ me { phone } }');
  return me.phone;
}

/** Pairs of phone and name. */
export async function sync(
  actor: Actor,
  entries: readonly (readonly [string, string])[],
  more: { readonly removed?: readonly string[]; readonly full?: boolean; readonly country?: string } = {},
): Promise<Synced> {
  const { syncContacts } = await actor.client.run<{ syncContacts: Synced }>(
    `mutation ($input: SyncContactsInput!) { syncContacts(input: $input) { __typename
      ... on ContactsSynced { contacts ${contact} refused { index field reason } saved removed readToken }
      ... on TooMany { limit } ${problem} } }`,
    { input: { entries: entries.map(([phone, name]) => ({ phone, name })), ...more } },
  );
  return syncContacts;
}

export async function contactsOf(actor: Actor, atLeast?: string): Promise<readonly SeenContact[]> {
  const found: SeenContact[] = [];
  let after: string | null = null;
  do {
    const page: Page = await actor.client.run<Page>(
      `query ($after: String, $atLeast: ReadToken) { contacts(first: 2, after: $after, atLeast: $atLeast) {
        edges { node ${contact} } pageInfo { endCursor hasNextPage } } }`,
      { after, atLeast },
    );
    found.push(...page.contacts.edges.map(({ node }) => node));
    after = page.contacts.pageInfo.hasNextPage ? page.contacts.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

interface Page {
  readonly contacts: {
    readonly edges: readonly { readonly node: SeenContact }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}

export interface BlockAnswer {
  readonly __typename: string;
  readonly blocked?: boolean;
  readonly changed?: boolean;
  readonly readToken: string;
  readonly code?: string;
}

export async function block(actor: Actor, id: string, as: 'blockAccount' | 'unblockAccount' = 'blockAccount') {
  const answer = await actor.client.run<Record<string, BlockAnswer>>(
    `mutation ($id: ID!) { ${as}(id: $id) { __typename ... on AccountBlock { blocked changed readToken } ${problem} } }`,
    { id },
  );
  return answer[as]!;
}
