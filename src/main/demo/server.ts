import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../platform/config/root.js';

export interface DemoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A server of its own on temporary data and a free port, in a process of its own, gone without a trace afterwards. */
export async function startDemoServer(): Promise<DemoServer> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'parlance-demo-'));
  chmodSync(dataDir, 0o755); // the postgres user must reach its files when we are root
  const { DATABASE_URL: _database, EVENTSTORE_URL: _store, ...inherited } = process.env;
  const child = spawn(process.execPath, [path.join(projectRoot, 'dist/src/main/all.js')], {
    cwd: projectRoot,
    env: {
      ...inherited,
      PORT: '0',
      HOST: '127.0.0.1',
      MODE: 'development',
      LOG_LEVEL: 'warn',
      DATA_DIR: dataDir,
      NODE_NO_WARNINGS: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code ?? 'a signal'}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const ready = /^ready (http:\/\/\S+)/.exec(line)?.[1];
        if (ready !== undefined) resolve(ready.replace(/\/$/, ''));
      });
    });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
