import { createClient } from 'graphql-ws';
import { getOperationAST, Kind, parse } from 'graphql';
import { fill, learn } from './values.js';

const endpoint = new URL('/graphql', location.href);

/** GraphiQL's way to the server: queries and mutations by POST, subscriptions over a socket of the token in Headers. */
export async function fetcher(request, options = {}) {
  // The schema is everybody's; a header that cannot be filled in yet must not keep it away.
  if (request.operationName === 'IntrospectionQuery') return post(request, {});
  let operation, headers, filled;
  try {
    operation = operationOf(request);
    headers = fill(options.headers ?? {});
    filled = { ...request, operationName: operation?.name?.value, variables: fill(request.variables ?? {}) };
  } catch (error) {
    return { errors: [{ message: error.message }] };
  }
  if (operation?.operation === 'subscription') return subscribe(filled, headers);
  const answer = await post(filled, headers);
  learn(filled, answer.data);
  return answer;
}

/** Right after a change of tabs GraphiQL still gives the name of the tab before: a document's only operation is meant anyway. */
function operationOf({ query, operationName }) {
  const document = parse(query);
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? operations[0] : getOperationAST(document, operationName);
}

async function post(request, headers) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(request),
  });
  return response.json();
}

function subscribe(request, headers) {
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const token = authorization?.replace(/^Bearer\s+/i, '');
  const url = new URL(endpoint);
  url.protocol = url.protocol.replace('http', 'ws');
  // One socket a subscription: its token may be another's. No retries: the answer shows why it ended.
  const client = createClient({ url: url.href, retryAttempts: 0, connectionParams: token ? { token } : {} });
  return client.iterate(request);
}
