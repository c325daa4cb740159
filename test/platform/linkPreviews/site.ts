import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Page = (response: ServerResponse, request: IncomingMessage) => void;

/** A web site on loopback, with what it was asked for. */
export interface Site {
  readonly origin: string;
  readonly port: number;
  /** As `LINK_PREVIEWS_ALLOW` has it. */
  readonly allow: string;
  readonly asked: IncomingMessage[];
  /** What a path answers; 404 where nothing was said. */
  has(path: string, page: Page | string): void;
  close(): Promise<void>;
}

export async function site(): Promise<Site> {
  const pages = new Map<string, Page | string>();
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const page = pages.get(request.url ?? '');
    if (page === undefined) response.writeHead(404, HTML).end('<title>not here</title>');
    else if (typeof page === 'string') response.writeHead(200, HTML).end(page);
    else page(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    allow: `127.0.0.1:${port}`,
    asked,
    has: (path, page) => pages.set(path, page),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

export const titled = (title: string, more = ''): string =>
  `<!doctype html><html><head><title>${title}</title>${more}</head><body><p>text</p></body></html>`;

export const to =
  (location: string, status = 302): Page =>
  (response) =>
    response.writeHead(status, { Location: location }).end();
