import { connect as connectTcp } from 'node:net';
import WebSocket from 'ws';

/** What carries the frames of graphql-transport-ws. */
export interface Transport {
  readonly open: boolean;
  send(text: string): void;
  close(): void;
  terminate(): void;
}

export interface TransportEvents {
  onOpen(): void;
  onText(text: string): void;
  onError(error: Error): void;
  /** Once, whatever ended it. */
  onClose(code: number, reason: string): void;
}

export interface TransportOptions {
  readonly localAddress: string | undefined;
  readonly timeoutMs: number;
}

const subprotocol = 'graphql-transport-ws';

export function webSocketTransport(url: string, options: TransportOptions, events: TransportEvents): Transport {
  const socket = new WebSocket(url, [subprotocol], {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: options.timeoutMs,
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
  });
  socket.on('open', () => events.onOpen());
  socket.on('error', (error) => events.onError(error));
  socket.on('close', (code, reason) => events.onClose(code, reason.toString()));
  socket.on('message', (raw: Buffer) => events.onText(raw.toString()));
  return {
    get open() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (text) => socket.send(text),
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
  };
}

const opcode = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/**
 * A WebSocket of a hundred lines less, for a driver that opens thousands on the machine that it measures. It trusts its
 * server: no extensions, no fragments, masks of zero.
 */
export function leanTransport(url: string, options: TransportOptions, events: TransportEvents): Transport {
  const { hostname, port, pathname } = new URL(url);
  const socket = connectTcp({
    host: hostname,
    port: Number(port),
    noDelay: true,
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
  });
  let pending: Buffer | undefined;
  let open = false;
  let closed: { readonly code: number; readonly reason: string } = { code: 1006, reason: '' };
  socket.on('connect', () =>
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`,
    ),
  );
  socket.on('error', (error) => events.onError(error));
  socket.on('close', () => {
    open = false;
    events.onClose(closed.code, closed.reason);
  });
  socket.on('data', (chunk) => {
    let data = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    if (!open) {
      const end = data.indexOf('\r\n\r\n');
      if (end >= 0 && !data.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
        events.onError(new Error(`no upgrade: ${data.subarray(0, 60).toString('latin1')}`));
        socket.destroy();
        return;
      }
      if (end < 0) {
        pending = data;
        return;
      }
      open = true;
      data = data.subarray(end + 4);
      events.onOpen();
    }
    for (let frame = readFrame(data); frame !== undefined; frame = readFrame(data)) {
      data = data.subarray(frame.end);
      if (frame.opcode === opcode.text) events.onText(frame.payload.toString());
      else if (socket.writableEnded) continue;
      else if (frame.opcode === opcode.ping) socket.write(frameOf(opcode.pong, frame.payload));
      else if (frame.opcode === opcode.close) {
        const code = frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005;
        closed = { code, reason: frame.payload.subarray(2).toString() };
        socket.end(frameOf(opcode.close, frame.payload.subarray(0, 2)));
      }
    }
    pending = data.length === 0 ? undefined : data;
  });
  return {
    get open() {
      return open;
    },
    send: (text) => void socket.write(frameOf(opcode.text, Buffer.from(text))),
    close: () => void socket.end(frameOf(opcode.close, Buffer.from([3, 232]))),
    terminate: () => void socket.destroy(),
  };
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly end: number;
}

/** The first whole frame of an unmasked stream. */
function readFrame(data: Buffer): Frame | undefined {
  if (data.length < 2) return undefined;
  const short = data[1]! & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  const end = start + length;
  return data.length < end ? undefined : { opcode: data[0]! & 0x0f, payload: data.subarray(start, end), end };
}

function frameOf(code: number, payload: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(6 + extended + length);
  frame[0] = 0x80 | code;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  else if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 6 + extended);
  return frame;
}
