import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadMasterKey } from '../../../src/platform/keys/masterKey.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'parlance-master-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('the first start makes a key that only its owner reads; the next start takes it', () => {
  const first = loadMasterKey({ dataDir });
  const file = path.join(dataDir, 'master.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(Buffer.from(readFileSync(file, 'utf8'), 'base64')).toHaveLength(32);
  const wrapped = first.wrap(Buffer.from('secret'), 'place');
  expect(loadMasterKey({ dataDir }).unwrap(wrapped, 'place').toString()).toBe('secret');
  expect(() => loadMasterKey({ dataDir }).unwrap(wrapped, 'elsewhere')).toThrow();
});

test('MASTER_KEY in hex and in base64 is the same key, and comes before the file', () => {
  const bytes = Buffer.alloc(32, 7);
  const hex = loadMasterKey({ dataDir, masterKey: bytes.toString('hex') });
  const base64 = loadMasterKey({ dataDir, masterKey: bytes.toString('base64') });
  expect(hex.hmac('phone', 'x')).toEqual(base64.hmac('phone', 'x'));
  expect(() => statSync(path.join(dataDir, 'master.key'))).toThrow(/ENOENT/);
});

test.each(['short', 'z'.repeat(64), 'A'.repeat(42), ''])(
  'MASTER_KEY %j is refused without repeating it',
  (masterKey) => {
    expect(() => loadMasterKey({ dataDir, masterKey })).toThrow('MASTER_KEY must be 32 bytes in base64 or in hex.');
  },
);

test('a damaged key file is never replaced', () => {
  const file = path.join(dataDir, 'master.key');
  writeFileSync(file, '');
  expect(() => loadMasterKey({ dataDir })).toThrow(/does not hold 32 bytes/);
  expect(readFileSync(file, 'utf8')).toBe('');
});

test('a key that turns out wrong is taken back only when this start made it', () => {
  loadMasterKey({ dataDir }).discardNew();
  expect(() => statSync(path.join(dataDir, 'master.key'))).toThrow(/ENOENT/);
  loadMasterKey({ dataDir });
  loadMasterKey({ dataDir }).discardNew();
  expect(statSync(path.join(dataDir, 'master.key')).isFile()).toBe(true);
});
