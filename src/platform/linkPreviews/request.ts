import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { hostOf, type Destination } from './guard.js';
import { PageProblem, problemOf } from './problem.js';

/** Of one connection: how long it may be silent. */
const SILENCE_MS = 3_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Addresses of a host that are tried, one after the other. */
const TRIES = 3;

const HEADERS = {
  'User-Agent': 'Mozilla/5.0 (compatible; ParlanceLinkPreview/1.0)',
  Accept: 'text/html, application/xhtml+xml',
  'Accept-Encoding': 'gzip, deflate, br',
} as const;

/** The answer of the first of the addresses that gives one. The caller ends its stream. @throws PageProblem */
export async function answerOf(to: Destination, signal: AbortSignal): Promise<IncomingMessage> {
  let problem = new PageProblem('unavailable');
  for (const address of to.addresses.slice(0, TRIES)) {
    try {
      return await ask(to, address, signal);
    } catch (error) {
      signal.throwIfAborted();
      problem = problemOf(error);
      if (problem.kind !== 'unavailable') break;
    }
  }
  throw problem;
}

/** Connects to the address itself, so that nothing is resolved on the way; the name is for TLS and the Host header. */
function ask({ url, port }: Destination, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const host = hostOf(url);
  return new Promise((resolve, reject) => {
    const asked = (secure ? httpsRequest : httpRequest)(
      {
        host: address,
        port,
        path: url.pathname + url.search,
        headers: { ...HEADERS, Host: url.host },
        ...(secure && { servername: isIP(host) === 0 ? host : '' }),
        // A connection of its own: neither kept nor through a proxy.
        agent: false,
        maxHeaderSize: MAX_HEADER_BYTES,
        timeout: SILENCE_MS,
        signal,
      },
      resolve,
    );
    asked.on('timeout', () => asked.destroy(new PageProblem('unavailable')));
    asked.on('error', reject);
    asked.end();
  });
}
