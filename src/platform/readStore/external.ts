import pg from 'pg';
import { StartError } from '../lifecycle/startError.js';
import { BOUNDS } from './bounds.js';
import { clientConfig } from './pool.js';

/** Refuses what would fail later in a worse way: wrong address, login, version, encoding, a replica. @throws StartError without secrets */
export async function checkExternal(databaseUrl: string): Promise<void> {
  const where = addressOf(databaseUrl);
  const client = new pg.Client({
    ...clientConfig(databaseUrl, 'parlance start'),
    query_timeout: BOUNDS.answer.silenceMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; encoding: string; replica: boolean }>(
      "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS replica",
    );
    const found = rows[0];
    if (found === undefined || found.version < 150000)
      throw new StartError(`The Postgres of DATABASE_URL (${where}) is too old: version 15 or newer is needed.`);
    if (found.encoding !== 'UTF8')
      throw new StartError(
        `The database of DATABASE_URL (${where}) has the encoding ${found.encoding}; UTF8 is needed.`,
      );
    if (found.replica)
      throw new StartError(
        `The Postgres of DATABASE_URL (${where}) is a read-only replica; give the address of the primary.`,
      );
  } catch (error) {
    throw error instanceof StartError ? error : new StartError(explain(error, where), { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

function addressOf(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw new Error('scheme');
    return `${url.host || url.searchParams.get('host') || 'localhost'}${url.pathname}`;
  } catch {
    throw new StartError('DATABASE_URL is not of the form postgres://user:password@host:port/database.');
  }
}

function explain(error: unknown, where: string): string {
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case '28P01':
    case '28000':
      return `The Postgres of DATABASE_URL (${where}) refuses the user or the password.`;
    case '3D000':
      return `The Postgres of DATABASE_URL (${where}) has no such database.`;
    case '53300':
      return `The Postgres of DATABASE_URL (${where}) has no free connection.`;
    case '57P03':
      return `The Postgres of DATABASE_URL (${where}) is still starting.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of DATABASE_URL (${where}) is not known.`;
    case 'ECONNREFUSED':
    case 'ENOENT':
      return `No Postgres listens where DATABASE_URL points (${where}).`;
    default:
      if (/SASL|password/i.test(message ?? '')) return `The Postgres of DATABASE_URL (${where}) needs a password.`;
      return `The Postgres of DATABASE_URL (${where}) does not answer${code === undefined ? '' : ` (${code})`}.`;
  }
}
