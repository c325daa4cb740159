import { once } from 'node:events';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewOutcome } from '../../../src/platform/linkPreviews/port.js';
import { webLinkPreviews, type WebOptions } from '../../../src/platform/linkPreviews/web.js';
import { HTML, site, titled, to, type Site } from './site.js';

let here: Site;
/** Nothing of it is allowed. */
let inside: Site;
beforeAll(async () => {
  [here, inside] = await Promise.all([site(), site()]);
  inside.has('/', titled('secret'));
});
afterAll(() => Promise.all([here.close(), inside.close()]));

const never = new AbortController().signal;
const find = (url: string, options: WebOptions = {}): Promise<PreviewOutcome> =>
  webLinkPreviews({ allow: new Set([here.allow]), ...options }).find(url, never);
const at = (path: string, options?: WebOptions): Promise<PreviewOutcome> => find(here.origin + path, options);
/** A name for the site here. */
const named = { resolve: async () => ['127.0.0.1'] };
const found = (title: string): object => ({ kind: 'found', preview: { title } });

describe('a page', () => {
  it('says what it is about', async () => {
    here.has(
      '/page?q=1',
      titled(
        'Plain &amp; simple',
        `<meta property="og:title" content="On  the\tgraph"><meta name="description" content="plain"><meta property="OG:Description" content="Fish &lt;b&gt;">
         <meta property="og:site_name" content="The Site"><meta property="og:image" content="http://127.0.0.1/x.png">`,
      ),
    );
    expect(await at('/page?q=1#part')).toEqual({
      kind: 'found',
      preview: {
        url: `${here.origin}/page?q=1#part`,
        title: 'On the graph',
        description: 'Fish <b>',
        siteName: 'The Site',
      },
    });
  });

  it('is asked for without cookies, by a fixed name', async () => {
    here.has('/cookie', (response) => response.writeHead(302, { Location: '/asked', 'Set-Cookie': 'a=b' }).end());
    here.has('/asked', titled('asked'));
    expect(await at('/cookie')).toMatchObject(found('asked'));
    const { headers, method } = here.asked.at(-1)!;
    expect({ method, ...headers }).toEqual({
      method: 'GET',
      host: here.allow,
      connection: 'close',
      accept: 'text/html, application/xhtml+xml',
      'accept-encoding': 'gzip, deflate, br',
      'user-agent': 'Mozilla/5.0 (compatible; ParlanceLinkPreview/1.0)',
    });
  });

  it.each([
    ['no-title', '<html><head></head><body><title>too late</title></body>'],
    ['empty', titled(' \u200b ')],
    ['nothing', ''],
  ])('without a title is none: %s', async (path, html) => {
    here.has(`/${path}`, html);
    expect(await at(`/${path}`)).toEqual({ kind: 'nothing' });
  });

  it.each([
    ['image/png', 200],
    ['application/json', 200],
    ['text/plain', 200],
    ['text/html', 204],
    ['text/html', 403],
  ])('is HTML and there: not %s with %i', async (type, status) => {
    here.has('/other', (response) => response.writeHead(status, { 'Content-Type': type }).end(titled('other')));
    expect(await at('/other')).toEqual({ kind: 'nothing' });
    expect(await at('/absent')).toEqual({ kind: 'nothing' });
  });

  it.each([429, 500, 503])('may be there later after %i', async (status) => {
    here.has('/ill', (response) => response.writeHead(status, HTML).end(titled('ill')));
    expect(await at('/ill')).toEqual({ kind: 'unavailable' });
  });

  it('is read in its own encoding', async () => {
    const latin = Buffer.concat([Buffer.from('<title>caf'), Buffer.from([0xe9]), Buffer.from('</title>')]);
    here.has('/header', (r) => r.writeHead(200, { 'Content-Type': 'text/html; charset=iso-8859-1' }).end(latin));
    here.has('/meta', (r) =>
      r
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(Buffer.concat([Buffer.from('<meta charset=latin1>'), latin])),
    );
    here.has('/mark', (r) => r.writeHead(200, HTML).end(Buffer.from('\ufeff<title>caf\u00e9</title>', 'utf16le')));
    here.has('/unknown', (r) =>
      r.writeHead(200, { 'Content-Type': 'text/html; charset=klingon' }).end('<title>caf\u00e9</title>'),
    );
    for (const path of ['/header', '/meta', '/mark', '/unknown'])
      expect(await at(path)).toMatchObject(found('caf\u00e9'));
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('may be compressed: %s', async (encoding, compress) => {
    here.has('/small', (response) =>
      response.writeHead(200, { ...HTML, 'Content-Encoding': encoding }).end(compress(titled(encoding))),
    );
    expect(await at('/small')).toMatchObject(found(encoding));
  });

  it('is nothing when it is compressed wrongly, twice or in another way', async () => {
    for (const encoding of ['gzip', 'gzip, gzip', 'zstd']) {
      here.has('/wrong', (r) => r.writeHead(200, { ...HTML, 'Content-Encoding': encoding }).end(titled('wrong')));
      expect(await at('/wrong')).toEqual({ kind: 'nothing' });
    }
  });
});

describe('what is read is bounded', () => {
  it('stops at the end of the head', async () => {
    let ended: Promise<unknown> = Promise.resolve();
    here.has('/long', (response) => {
      ended = once(response, 'close');
      response.writeHead(200, HTML).write('<head><title>long</title></head><body>'.padEnd(2_000, '.'));
    });
    expect(await at('/long')).toMatchObject(found('long'));
    await ended;
  });

  it('stops reading what never ends', async () => {
    let written = 0;
    let ended: Promise<unknown> = Promise.resolve();
    here.has('/endless', (response) => {
      ended = once(response, 'close');
      response.writeHead(200, HTML).write('<head><title>endless</title><script>');
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536;
      };
      response.on('drain', more);
      more();
    });
    expect(await at('/endless', { bounds: { bytes: 200_000 } })).toMatchObject(found('endless'));
    await ended;
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it('does not wait for what comes too slowly', async () => {
    here.has('/slow', (response) => response.writeHead(200, HTML).write('<head><title>slow'));
    expect(await at('/slow', { bounds: { totalMs: 150 } })).toEqual({ kind: 'unavailable' });
    here.has('/silent', () => undefined);
    expect(await at('/silent', { bounds: { totalMs: 150 } })).toEqual({ kind: 'unavailable' });
  });

  it('takes no more out of a small page than out of a large one', async () => {
    const bomb = gzipSync(`<head><script>${'x'.repeat(50_000_000)}</script><title>boom</title></head>`);
    expect(bomb.length).toBeLessThan(100_000);
    here.has('/bomb', (r) => r.writeHead(200, { ...HTML, 'Content-Encoding': 'gzip' }).end(bomb));
    expect(await at('/bomb')).toEqual({ kind: 'nothing' });
  });

  it('does not follow nesting without end', async () => {
    here.has('/deep', `${'<i>'.repeat(80_000)}${'</b>'.repeat(60_000)}<title>deep</title>`);
    expect(await at('/deep')).toEqual({ kind: 'nothing' });
  });

  it('takes no header without end', async () => {
    here.has('/headers', (r) => r.writeHead(200, { ...HTML, 'X-Long': 'x'.repeat(64 * 1024) }).end(titled('headers')));
    expect(await at('/headers')).toEqual({ kind: 'nothing' });
  });
});

describe('a redirect', () => {
  it('is followed three times', async () => {
    here.has('/1', to('/2', 301));
    here.has('/2', to(`${here.origin}/3`, 307));
    here.has('/3', to('4', 308));
    here.has('/4', titled('there'));
    here.has('/0', to('/1', 303));
    expect(await at('/1')).toMatchObject({ kind: 'found', preview: { url: `${here.origin}/1`, title: 'there' } });
    expect(await at('/0')).toEqual({ kind: 'nothing' });
    here.has('/round', to('/round'));
    expect(await at('/round')).toEqual({ kind: 'nothing' });
    here.has('/nowhere', to('http://'));
    expect(await at('/nowhere')).toEqual({ kind: 'nothing' });
  });

  it('goes no further inside than a link', async () => {
    for (const target of [
      inside.origin,
      `http://localhost:${inside.port}/`,
      'http://169.254.169.254/latest/meta-data/',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'file:///etc/passwd',
      'data:text/html,<title>x</title>',
      `http://user:password@${here.allow}/4`,
    ]) {
      here.has('/inside', to(target));
      const resolve = async (): Promise<string[]> => ['127.0.0.1'];
      expect(await at('/inside', { resolve }), target).toEqual({ kind: 'refused' });
    }
    expect(inside.asked).toEqual([]);
  });
});

describe('a link', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://0/',
    'http://10.0.0.1/',
    'http://[fd00::1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://8.8.8.8:8080/',
    'http://8.8.8.8:22/',
    'ftp://8.8.8.8/',
    'https://user@8.8.8.8/',
    'https://:password@8.8.8.8/',
    'javascript:alert(1)',
    'no link',
  ])('to %s is refused', async (url) => {
    expect(await find(url)).toEqual({ kind: 'refused' });
  });

  it('is refused when any address of its host is inside', async () => {
    const addresses = ['93.184.216.34', '2606:2800:220:1::1', '10.0.0.1'];
    expect(await find('http://example.com/', { resolve: async () => addresses })).toEqual({ kind: 'refused' });
    expect(await find('http://example.com/', { resolve: async () => [] })).toEqual({ kind: 'refused' });
  });

  it('is resolved once, and what was resolved is what is asked', async () => {
    here.has('/rebinding', titled('first answer'));
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    let asked = 0;
    const resolve = async (): Promise<string[]> => answers[asked++] ?? [];
    const url = `http://rebinding.example:${here.port}/rebinding`;
    expect(await find(url, { resolve })).toMatchObject(found('first answer'));
    expect(asked).toBe(1);
    expect(here.asked.at(-1)!.headers.host).toBe(`rebinding.example:${here.port}`);
    expect(await find(url, { resolve })).toEqual({ kind: 'refused' });
  });

  it('that redirects to its own host is looked up anew, and refused once that is inside', async () => {
    here.has('/again', to('/rebinding'));
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const resolve = async (): Promise<string[]> => answers.shift() ?? [];
    expect(await find(`http://rebinding.example:${here.port}/again`, { resolve })).toEqual({ kind: 'refused' });
  });

  it('is tried at the next address when one does not answer', async () => {
    here.has('/second', titled('second'));
    const allow = new Set([here.allow, `127.0.0.2:${here.port}`]);
    const resolve = async (): Promise<string[]> => ['127.0.0.2', '127.0.0.1'];
    expect(await find(`http://two.example:${here.port}/second`, { allow, resolve })).toMatchObject(found('second'));
  });

  it('may be there later when nobody answers', async () => {
    const gone = await site();
    await gone.close();
    expect(await find(gone.origin, { allow: new Set([gone.allow]) })).toEqual({ kind: 'unavailable' });
    here.has('/cut', (response) => response.writeHead(200, HTML).write('<head>', () => response.destroy()));
    expect(await at('/cut')).toEqual({ kind: 'unavailable' });
  });

  it('to what speaks no HTTP, or no TLS, is nothing', async () => {
    expect(await find(`https://127.0.0.1:${here.port}/`)).toEqual({ kind: 'nothing' });
    here.has('/nonsense', (response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'));
    expect(await at('/nonsense')).toEqual({ kind: 'nothing' });
  });

  it('is given up when the worker ends', async () => {
    const stop = new AbortController();
    here.has('/stop', () => {
      stop.abort(new Error('the end'));
    });
    const finding = webLinkPreviews({ ...named, allow: new Set([here.allow]) }).find(
      `${here.origin}/stop`,
      stop.signal,
    );
    await expect(finding).rejects.toThrow('the end');
  });
});
