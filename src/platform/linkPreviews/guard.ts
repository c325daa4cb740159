import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.js';
import { PageProblem } from './problem.js';
import type { Resolve } from './resolve.js';

/** A link that may be followed, and where: the name is not looked up again. */
export interface Destination {
  readonly url: URL;
  readonly port: number;
  /** Every one of them is permitted. */
  readonly addresses: readonly string[];
}

export interface GuardOptions {
  readonly resolve: Resolve;
  /** `address:port`, IPv6 in brackets: permitted though it is not public. */
  readonly allow: ReadonlySet<string>;
}

const PORTS = [80, 443];

/** @throws PageProblem `refused` unless it is http or https, without credentials, and every address of its host is permitted. */
export async function destinationOf(
  { resolve, allow }: GuardOptions,
  link: string,
  signal: AbortSignal,
): Promise<Destination> {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) throw new PageProblem('refused');
  if (url.username !== '' || url.password !== '') throw new PageProblem('refused');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const host = hostOf(url);
  // The URL parser has made one notation of all that write an IPv4 address.
  const addresses = isIP(host) === 0 ? await resolve(host, signal) : [host];
  const permitted = (address: string): boolean =>
    (PORTS.includes(port) && isPublicAddress(address)) || allow.has(destinationText(address, port));
  if (addresses.length === 0 || !addresses.every(permitted)) throw new PageProblem('refused');
  return { url, port, addresses };
}

/** Without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function destinationText(address: string, port: number): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
