import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { flusher, Outbox } from '../../../src/api/socket/outbox.js';

/** The sizes at which a frame's header grows, and the frames that an unmasked stream has. */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes[at + 1]!;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    frames.push(bytes.toString('utf8', start, start + length));
    at = start + length;
  }
  return frames;
}

function fixture(): {
  outbox: Outbox;
  writes: string[][];
  ws: { readyState: number };
  /** Resolves after the next write. */
  written: () => Promise<void>;
} {
  const writes: string[][] = [];
  const ws = { readyState: WebSocket.OPEN as number };
  const socket = { write: (bytes: Buffer) => writes.push(framesOf(bytes)) } as unknown as Socket;
  let wake = (): void => undefined;
  const outbox = new Outbox(ws as WebSocket, socket, flusher(), () => {
    wake();
  });
  return { outbox, writes, ws, written: () => new Promise((resolve) => (wake = resolve)) };
}

const prefix = Buffer.from('{"id":"1",');

describe('an outbox', () => {
  it('writes what one turn brings at once, in order, with headers of every size', async () => {
    const { outbox, writes, written } = fixture();
    const payloads = [0, 115, 116, 65_525, 65_526, 70_000].map((length) => 'x'.repeat(length));
    for (const payload of payloads) outbox.push(prefix, Buffer.from(payload));
    outbox.pushText('שלום');
    await written();
    expect(writes).toEqual([[...payloads.map((payload) => `{"id":"1",${payload}`), 'שלום']]);
    expect(outbox.size).toBe(0);
  });

  it('lets what goes to many wait for more when it was written just now, and an answer take it along', async () => {
    const { outbox, writes, written } = fixture();
    outbox.pushPaced(prefix, Buffer.from('1'));
    await written();
    outbox.pushPaced(prefix, Buffer.from('2'));
    outbox.pushPaced(prefix, Buffer.from('3'));
    await written();
    expect(writes.slice(0, 1)).toEqual([['{"id":"1",1']]);
    expect(writes.slice(1).flat()).toEqual(['{"id":"1",2', '{"id":"1",3']);
    const before = writes.length;
    outbox.pushPaced(prefix, Buffer.from('4'));
    outbox.pushText('answer');
    await written();
    expect(writes.slice(before).flat()).toEqual(['{"id":"1",4', 'answer']);
  });

  it('writes nothing after the socket has begun to close', async () => {
    const { outbox, writes, ws } = fixture();
    outbox.pushText('late');
    ws.readyState = WebSocket.CLOSING;
    await pause(0);
    outbox.flush();
    expect(writes).toEqual([]);
    expect(outbox.size).toBe(0);
  });
});
