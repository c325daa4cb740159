import { vi } from 'vitest';
import { runAdministrators } from '../../../src/main/administrators/run.js';
import type { TestApp } from '../../kit/testApp.js';

export const MASTER_KEY = Buffer.alloc(32, 7).toString('hex');

/** The operator's command, beside the server, which has the key above. @returns what it printed */
export async function operator(server: TestApp, ...args: readonly string[]): Promise<readonly string[]> {
  let out = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  try {
    const { databaseUrl = '', dataDir } = server.app.config;
    await runAdministrators(args, { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, MASTER_KEY, LOG_LEVEL: 'silent' });
    return out.trimEnd().split('\n');
  } finally {
    stdout.mockRestore();
  }
}
