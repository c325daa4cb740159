import { createHash } from 'node:crypto';
import { START, type Position } from '../../platform/eventStore/port.js';

/**
 * `Cursor` and `ReadToken`: base64url of one byte of kind and version, 4 bytes naming the log, 8 bytes of position.
 * Clients hand them back and never look inside. More (log, position) pairs follow the first once logs are sharded.
 */
export interface Cursors {
  encodeCursor(position: Position): string;
  encodeReadToken(position: Position): string;
  /** undefined: not one of ours. `foreign`: of another log. */
  decodeCursor(text: string): Position | 'foreign' | undefined;
  decodeReadToken(text: string): Position | 'foreign' | undefined;
}

const CURSOR = 0x11;
const READ_TOKEN = 0x21;
const SIZE = 13;

export function cursorsOf(logId: string): Cursors {
  const log = createHash('sha256').update(logId).digest().readUInt32BE();
  const encode = (kind: number, position: Position): string => {
    const bytes = Buffer.allocUnsafe(SIZE);
    bytes[0] = kind;
    bytes.writeUInt32BE(log, 1);
    bytes.writeBigInt64BE(position, 5);
    return bytes.toString('base64url');
  };
  const decode = (kind: number, text: string): Position | 'foreign' | undefined => {
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length !== SIZE || bytes[0] !== kind || bytes.toString('base64url') !== text) return undefined;
    if (bytes.readUInt32BE(1) !== log) return 'foreign';
    const position = bytes.readBigInt64BE(5) as Position;
    return position < START ? undefined : position;
  };
  return {
    encodeCursor: (position) => encode(CURSOR, position),
    encodeReadToken: (position) => encode(READ_TOKEN, position),
    decodeCursor: (text) => decode(CURSOR, text),
    decodeReadToken: (text) => decode(READ_TOKEN, text),
  };
}
