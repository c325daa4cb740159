import { Resolver } from 'node:dns/promises';
import { PageProblem } from './problem.js';

/** All addresses of a name, IPv4 first; never none. @throws PageProblem */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

const TIMEOUT_MS = 2_000;

/**
 * Asks name servers, by default the system's, and not the system's resolver: that would hold one of the four threads which
 * this process has for files and keys for as long as a name server likes.
 */
export function dnsResolve(servers?: readonly string[]): Resolve {
  return async (host, signal) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = (): void => {
      resolver.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      signal.throwIfAborted();
      const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (addresses.length > 0) return addresses;
      const known = answers.every((answer) => answer.status === 'rejected' && isNoSuchName(answer.reason));
      throw new PageProblem(known ? 'nothing' : 'unavailable');
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

function isNoSuchName(error: unknown): boolean {
  return ['ENOTFOUND', 'ENODATA', 'EBADNAME'].includes((error as NodeJS.ErrnoException).code ?? '');
}
