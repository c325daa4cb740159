import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { StartError } from '../lifecycle/startError.js';
import { prepareDataDir, reasonOf } from '../readStore/embedded/layout.js';

const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;

/** The installation's key: everything sealed or looked up rests on it. Its bytes never leave this module. */
export interface MasterKey {
  /** For error messages: where the key came from. */
  readonly source: string;
  /** AES-256-GCM under a key derived from this one. */
  wrap(bytes: Uint8Array, aad: string): Buffer;
  /** @throws when the key or the aad is another one. */
  unwrap(wrapped: Uint8Array, aad: string): Buffer;
  /** HMAC-SHA-256 under a key of its own for each purpose. */
  hmac(purpose: string, value: string): Buffer;
  /** Takes the key file back if this start made it: a wrong new key must not stand where the right one belongs. */
  discardNew(): void;
}

/** MASTER_KEY if given, else DATA_DIR/master.key, made at the first start. @throws StartError */
export function loadMasterKey(options: {
  readonly dataDir: string;
  readonly masterKey?: string | undefined;
}): MasterKey {
  if (options.masterKey !== undefined) {
    const bytes = parseKey(options.masterKey);
    if (bytes === undefined) throw new StartError('MASTER_KEY must be 32 bytes in base64 or in hex.');
    return masterKeyOf(bytes, 'MASTER_KEY', () => undefined);
  }
  const file = path.join(prepareDataDir(options.dataDir), 'master.key');
  const made = !existsSync(file) && makeKeyFile(file);
  const bytes = parseKey(readKeyFile(file));
  if (bytes === undefined)
    throw new StartError(`${file} does not hold 32 bytes in base64; restore it from a backup, or set MASTER_KEY.`);
  return masterKeyOf(bytes, file, made ? () => rmSync(file, { force: true }) : () => undefined);
}

export function masterKeyOf(bytes: Buffer, source = 'given', discardNew: () => void = () => undefined): MasterKey {
  const derive = (info: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), `parlance ${info}`, keyLength)));
  const wrapping = derive('wrap');
  const lookup = new Map<string, KeyObject>();
  return {
    source,
    discardNew,
    wrap(plain, aad) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', wrapping, nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.from(aad, 'utf8'));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap(wrapped, aad) {
      if (wrapped.length < nonceLength + tagLength) throw new Error('what is too short was never wrapped');
      const decipher = createDecipheriv('aes-256-gcm', wrapping, wrapped.subarray(0, nonceLength), {
        authTagLength: tagLength,
      });
      decipher.setAAD(Buffer.from(aad, 'utf8'));
      decipher.setAuthTag(wrapped.subarray(wrapped.length - tagLength));
      return Buffer.concat([
        decipher.update(wrapped.subarray(nonceLength, wrapped.length - tagLength)),
        decipher.final(),
      ]);
    },
    hmac(purpose, value) {
      let key = lookup.get(purpose);
      if (key === undefined) lookup.set(purpose, (key = derive(`lookup ${purpose}`)));
      return createHmac('sha256', key).update(value, 'utf8').digest();
    },
  };
}

function parseKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined;
  const bytes = Buffer.from(trimmed, 'base64');
  return bytes.length === keyLength ? bytes : undefined;
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartError(`The master key (${file}) cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

/** Complete and on the disk before it has its name, so that a crash or a second start never sees half a key. */
function makeKeyFile(file: string): boolean {
  const draft = `${file}.${String(process.pid)}.${randomBytes(4).toString('hex')}`;
  try {
    const fd = openSync(draft, 'wx', 0o600);
    try {
      chmodSync(draft, 0o600);
      writeSync(fd, `${randomBytes(keyLength).toString('base64')}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    linkSync(draft, file);
    syncFolder(path.dirname(file));
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StartError(`The master key (${file}) cannot be written: ${reasonOf(cause)}.`, { cause });
  } finally {
    rmSync(draft, { force: true });
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
