import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewOutcome } from '../../../src/platform/linkPreviews/port.js';
import { webLinkPreviews } from '../../../src/platform/linkPreviews/web.js';
import { HTML, titled } from './site.js';

/** A certificate can be made, and be trusted in this process. */
const able = spawnSync('openssl', ['version']).status === 0 && 'setDefaultCACertificates' in tls;

describe.skipIf(!able)('a secure site', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parlance-tls-'));
  const trusted = tls.getCACertificates();
  const named: string[] = [];
  let server: Server;

  beforeAll(async () => {
    const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name)) as [string, string];
    const subject = ['-subj', '/CN=site.example', '-addext', 'subjectAltName=DNS:site.example'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...subject], { stdio: 'ignore' });
    const cert = readFileSync(certFile, 'utf8');
    tls.setDefaultCACertificates([...trusted, cert]);
    server = createServer({ key: readFileSync(keyFile), cert }, (request, response) => {
      named.push(
        `${(request.socket as tls.TLSSocket & { servername: string | false }).servername} ${request.headers.host}`,
      );
      response.writeHead(200, HTML).end(titled('secure'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    tls.setDefaultCACertificates(trusted);
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const find = (host: string): Promise<PreviewOutcome> => {
    const { port } = server.address() as AddressInfo;
    const options = { allow: new Set([`127.0.0.1:${port}`]), resolve: async () => ['127.0.0.1'] };
    return webLinkPreviews(options).find(`https://${host}:${port}/`, new AbortController().signal);
  };

  it('is asked at its address by its name, and must prove that name', async () => {
    const { port } = server.address() as AddressInfo;
    expect(await find('site.example')).toMatchObject({ kind: 'found', preview: { title: 'secure' } });
    expect(named).toEqual([`site.example site.example:${port}`]);
    expect(await find('other.example')).toEqual({ kind: 'nothing' });
    expect(await find('127.0.0.1')).toEqual({ kind: 'nothing' });
    expect(named).toHaveLength(1);
  });
});
