import { randomFillSync } from 'node:crypto';
import type { Clock } from '../clock/port.js';
import type { Ids } from './port.js';

const counterMax = 0xfff;

/**
 * UUIDv7 (RFC 9562): ordered within a process even when the clock stands still or goes back. The 12 bits after the
 * time count within a millisecond; past 4096 the time runs ahead of the clock.
 */
export function systemIds(clock: Clock): Ids {
  const bytes = Buffer.alloc(16);
  const pool = Buffer.alloc(8 * 128);
  let used = pool.length;
  let lastTime = 0;
  let counter = 0;
  return {
    next() {
      const now = clock.now();
      if (now > lastTime) {
        lastTime = now;
        counter = 0;
      } else if (++counter > counterMax) {
        lastTime++;
        counter = 0;
      }
      if (used === pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      bytes.writeUIntBE(lastTime, 0, 6);
      bytes.writeUInt16BE(0x7000 | counter, 6);
      pool.copy(bytes, 8, used, used + 8);
      used += 8;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      const hex = bytes.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
