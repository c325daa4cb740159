import { createClient } from 'graphql-ws';
import { getOperationAST, parse } from 'graphql';
import { fill, learn } from './values.js';

const endpoint = new URL('/graphql', location.href);

/** GraphiQL's way to the server: queries and mutations by POST, subscriptions over a socket of the token in Headers. */
export async function fetcher(request, options = {}) {
  // The schema is everybody's; a header that cannot be filled in yet must not keep it away.
  if (request.operationName === 'IntrospectionQuery') return post(request, {});
  let headers, filled;
  try {
    headers = fill(options.headers ?? {});
    filled = { ...request, variables: fill(request.variables ?? {}) };
  } catch (error) {
    return { errors: [{ message: error.message }] };
  }
  if (getOperationAST(parse(request.query), request.operationName)?.operation === 'subscription') return subscribe(filled, headers);
  const answer = await post(filled, headers);
  learn(filled, answer.data);
  return answer;
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
