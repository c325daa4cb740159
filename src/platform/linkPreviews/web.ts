import type { IncomingMessage } from 'node:http';
import { textOf } from './body.js';
import { destinationOf, type GuardOptions } from './guard.js';
import { readHead } from './head.js';
import type { LinkPreview, LinkPreviews } from './port.js';
import { PageProblem, problemOf } from './problem.js';
import { answerOf } from './request.js';
import { dnsResolve } from './resolve.js';

export interface WebOptions extends Partial<GuardOptions> {
  readonly bounds?: Partial<typeof BOUNDS>;
}

const BOUNDS = {
  /** With names, redirects and all. */
  totalMs: 8_000,
  bytes: 512 * 1024,
  redirects: 3,
};
const REDIRECTS = [301, 302, 303, 307, 308];
const PAGES = ['text/html', 'application/xhtml+xml'];

/** Fetches pages of the web. */
export function webLinkPreviews({ resolve = dnsResolve(), allow = new Set(), ...more }: WebOptions = {}): LinkPreviews {
  const bounds = { ...BOUNDS, ...more.bounds };

  /** Each place that a redirect names is looked at like the first. */
  const fetchPage = async (link: string, signal: AbortSignal): Promise<IncomingMessage> => {
    let next = link;
    for (let redirects = 0; redirects <= bounds.redirects; redirects += 1) {
      const to = await destinationOf({ resolve, allow }, next, signal);
      const answer = await answerOf(to, signal);
      const { statusCode = 0, headers } = answer;
      if (!REDIRECTS.includes(statusCode)) return answer;
      answer.destroy();
      const { location = '' } = headers;
      if (!URL.canParse(location, to.url.href)) break;
      next = new URL(location, to.url).href;
    }
    throw new PageProblem('nothing');
  };

  const read = async (url: string, signal: AbortSignal): Promise<LinkPreview> => {
    const answer = await fetchPage(url, signal);
    try {
      const { statusCode = 0, headers } = answer;
      if (statusCode === 429 || statusCode >= 500) throw new PageProblem('unavailable');
      const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
      if (statusCode !== 200 || !PAGES.includes(type)) throw new PageProblem('nothing');
      const head = readHead();
      for await (const text of textOf(answer, bounds.bytes)) if (!head.write(text)) break;
      const said = head.said();
      if (said === undefined) throw new PageProblem('nothing');
      return { url, ...said };
    } finally {
      answer.destroy();
    }
  };

  return {
    async find(url, signal) {
      const late = AbortSignal.timeout(bounds.totalMs);
      try {
        return { kind: 'found', preview: await read(url, AbortSignal.any([signal, late])) };
      } catch (error) {
        signal.throwIfAborted();
        return { kind: late.aborted ? 'unavailable' : problemOf(error).kind };
      }
    },
  };
}
