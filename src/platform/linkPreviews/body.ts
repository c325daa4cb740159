import type { IncomingMessage } from 'node:http';
import { pipeline, type Duplex, type Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { PageProblem } from './problem.js';

/** What arrives cut short is read as far as it goes. */
const FLATE = { finishFlush: constants.Z_SYNC_FLUSH };
const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => createGunzip(FLATE),
  'x-gzip': () => createGunzip(FLATE),
  deflate: () => createInflate(FLATE),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/**
 * The text of a page, piece by piece, from at most `maxBytes` on the wire and as many once decompressed. To stop pulling ends
 * the connection. @throws PageProblem `nothing` for what is compressed in an unknown way
 */
export async function* textOf(answer: IncomingMessage, maxBytes: number): AsyncGenerator<string> {
  const pieces = atMost(decompressed(answer, maxBytes), maxBytes);
  let first = Buffer.alloc(0);
  let decoder: TextDecoder | undefined;
  for await (const piece of pieces) {
    if (decoder === undefined) {
      first = Buffer.concat([first, piece]);
      if (first.length < SNIFFED_BYTES) continue;
      decoder = decoderOf(answer, first);
      yield decoder.decode(first, { stream: true });
    } else yield decoder.decode(piece, { stream: true });
  }
  if (decoder === undefined) yield decoderOf(answer, first).decode(first);
}

function decompressed(answer: IncomingMessage, maxBytes: number): Readable {
  const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return answer;
  const decoder = DECODERS[encoding]?.();
  if (decoder === undefined) throw new PageProblem('nothing');
  // Whoever reads hears of a failure as one of the decoder.
  pipeline(
    answer,
    (source: AsyncIterable<Buffer>) => atMost(source, maxBytes),
    decoder,
    () => undefined,
  );
  return decoder;
}

async function* atMost(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let left = maxBytes;
  for await (const piece of source) {
    yield piece.length <= left ? piece : piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}

const SNIFFED_BYTES = 1_024;

/** By byte order mark, header, `<meta charset>` among the first bytes, or else UTF-8. */
function decoderOf(answer: IncomingMessage, first: Buffer): TextDecoder {
  const inHeader = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(answer.headers['content-type'] ?? '')?.[1];
  const inPage = /<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(
    first.toString('latin1', 0, SNIFFED_BYTES),
  )?.[1];
  const label = markOf(first) ?? inHeader ?? inPage?.replace(/^utf-?16.*$/i, 'utf-8') ?? 'utf-8';
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder();
  }
}

function markOf(first: Buffer): string | undefined {
  if (first.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) return 'utf-8';
  if (first.subarray(0, 2).equals(Buffer.from([0xff, 0xfe]))) return 'utf-16le';
  return first.subarray(0, 2).equals(Buffer.from([0xfe, 0xff])) ? 'utf-16be' : undefined;
}
