import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

/** Decides when outboxes are written: those of one turn of the event loop together, one write for each socket. */
export interface Flusher {
  /** In this turn. */
  soon(outbox: Outbox): void;
  /** Within PACE_MS. */
  later(outbox: Outbox): void;
}

/**
 * What goes to many sockets at once costs a write for each of them, which is most of the cost of a delivery. A socket
 * that was written less than this ago therefore waits for what else comes; the first after a pause goes at once.
 */
const PACE_MS = 8;

export function flusher(): Flusher {
  let soon: Outbox[] = [];
  let later: Outbox[] = [];
  const flushSoon = (): void => {
    const outboxes = soon;
    soon = [];
    flushAll(outboxes);
  };
  const flushLater = (): void => {
    const outboxes = later;
    later = [];
    flushAll(outboxes);
  };
  return {
    soon(outbox) {
      if (soon.push(outbox) === 1) setImmediate(flushSoon);
    },
    later(outbox) {
      if (later.push(outbox) === 1) setTimeout(flushLater, PACE_MS);
    },
  };
}

function flushAll(outboxes: readonly Outbox[]): void {
  const now = performance.now();
  for (const outbox of outboxes) outbox.flush(now);
}

const NOTHING = Buffer.alloc(0);
const FINAL_TEXT = 0x81;

/** Text frames on their way to one socket. They are written past `ws`, which would make two chunks and a promise chain of each. */
export class Outbox {
  /** Two for each frame: what precedes the payload within the frame, and the payload. */
  private parts: Buffer[] | undefined;
  private bytes = 0;
  private isDue = false;
  private writtenAt = -Infinity;

  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Socket,
    private readonly flusher: Flusher,
    private readonly onWritten: () => void,
  ) {}

  /** Bytes that wait here. */
  get size(): number {
    return this.bytes;
  }

  push(prefix: Buffer, payload: Buffer): void {
    this.add(prefix, payload);
    if (this.isDue) return;
    this.isDue = true;
    this.flusher.soon(this);
  }

  pushText(text: string): void {
    this.push(NOTHING, Buffer.from(text));
  }

  /** For what many sockets get at the same time. */
  pushPaced(prefix: Buffer, payload: Buffer): void {
    if (this.parts === undefined && performance.now() - this.writtenAt < PACE_MS) {
      this.add(prefix, payload);
      this.flusher.later(this);
    } else if (this.parts === undefined) this.push(prefix, payload);
    else this.add(prefix, payload);
  }

  /** Before anything else is written to the socket. */
  flush(now = performance.now()): void {
    this.isDue = false;
    const { parts, bytes } = this;
    if (parts === undefined) return;
    this.parts = undefined;
    this.bytes = 0;
    // Nothing may follow the frame that closes.
    if (this.ws.readyState !== WebSocket.OPEN) return;
    this.writtenAt = now;
    const out = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (let index = 0; index < parts.length; index += 2) {
      const prefix = parts[index]!;
      const payload = parts[index + 1]!;
      at = writeHeader(out, at, prefix.length + payload.length);
      out.set(prefix, at);
      out.set(payload, at + prefix.length);
      at += prefix.length + payload.length;
    }
    this.socket.write(out);
    this.onWritten();
  }

  private add(prefix: Buffer, payload: Buffer): void {
    if (this.parts === undefined) this.parts = [prefix, payload];
    else this.parts.push(prefix, payload);
    const length = prefix.length + payload.length;
    this.bytes += length + headerSize(length);
  }
}

function headerSize(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** Of an unmasked text frame. @returns where its content begins. */
function writeHeader(out: Buffer, at: number, length: number): number {
  out[at] = FINAL_TEXT;
  if (length < 126) {
    out[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    out[at + 1] = 126;
    out[at + 2] = length >>> 8;
    out[at + 3] = length & 0xff;
    return at + 4;
  }
  out[at + 1] = 127;
  out.writeBigUInt64BE(BigInt(length), at + 2);
  return at + 10;
}
