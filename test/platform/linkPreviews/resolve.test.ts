import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dnsResolve, type Resolve } from '../../../src/platform/linkPreviews/resolve.js';

const A = 1;
const AAAA = 28;
/** By name: records, a code of failure, or silence. */
const ZONE: Readonly<
  Record<string, { readonly a?: readonly number[]; readonly aaaa?: string; readonly code?: number } | 'silent'>
> = {
  'both.example': { a: [93, 184, 216, 34], aaaa: '260628000220000100000000000000ab' },
  'four.example': { a: [10, 0, 0, 1] },
  'empty.example': {},
  'broken.example': { code: 2 },
  'silent.example': 'silent',
};
const NO_SUCH_NAME = 3;

let server: Socket;
let resolve: Resolve;
const asked: string[] = [];

beforeAll(async () => {
  server = createSocket('udp4');
  server.on('message', (query, { port, address }) => {
    const labels: string[] = [];
    let end = 12;
    while (query[end] !== 0) {
      const length = query[end]!;
      labels.push(query.toString('latin1', end + 1, end + 1 + length));
      end += length + 1;
    }
    const question = query.subarray(12, end + 5);
    const name = labels.join('.');
    const type = query.readUInt16BE(end + 1);
    asked.push(name);
    const entry = ZONE[name] ?? { code: NO_SUCH_NAME };
    if (entry === 'silent') return;
    const data =
      type === A ? Buffer.from(entry.a ?? []) : type === AAAA ? Buffer.from(entry.aaaa ?? '', 'hex') : Buffer.alloc(0);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (entry.code ?? 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(data.length > 0 ? 1 : 0, 6);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(data.length, 10);
    server.send(Buffer.concat([header, question, ...(data.length > 0 ? [record, data] : [])]), port, address);
  });
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done));
  resolve = dnsResolve([`127.0.0.1:${server.address().port}`]);
});
afterAll(() => new Promise<void>((done) => server.close(() => done())));

const never = new AbortController().signal;

describe('a name', () => {
  it('has the addresses that its name server says, and is asked for as it is', async () => {
    expect(await resolve('both.example', never)).toEqual(['93.184.216.34', '2606:2800:220:1::ab']);
    expect(await resolve('four.example', never)).toEqual(['10.0.0.1']);
    await resolve('intranet', never).catch(() => undefined);
    expect([...new Set(asked)]).toEqual(['both.example', 'four.example', 'intranet']);
  });

  it('that does not exist, or has no address, is nothing', async () => {
    await expect(resolve('absent.example', never)).rejects.toMatchObject({ kind: 'nothing' });
    await expect(resolve('empty.example', never)).rejects.toMatchObject({ kind: 'nothing' });
  });

  it('may have addresses later when its name server fails', async () => {
    await expect(resolve('broken.example', never)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is given up with its link', async () => {
    const stop = new AbortController();
    const resolving = resolve('silent.example', stop.signal);
    stop.abort(new Error('the end'));
    await expect(resolving).rejects.toThrow('the end');
  });
});
