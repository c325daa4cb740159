import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { build } from 'esbuild';
import { projectRoot as root } from '../../src/platform/config/root.js';

export interface WireDoubleProcess {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** SIGKILL; settles when the process is gone. */
  kill(): Promise<void>;
}

/** Beside the packages that it imports, and out of what is committed. */
const bundle = path.join(root, 'node_modules/.cache/parlance/wireDouble.mjs');
let built: Promise<unknown> | undefined;

/** The double as a process of its own; it dies with this one. */
export async function startWireDoubleProcess(
  options: { port?: number; file?: string } = {},
): Promise<WireDoubleProcess> {
  built ??= build({
    entryPoints: [path.join(root, 'test/wireDouble/main.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    logLevel: 'warning',
  });
  await built;
  const flags = ['--port', String(options.port ?? 0), ...(options.file === undefined ? [] : ['--file', options.file])];
  const child = spawn(process.execPath, [bundle, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const die = (): boolean => child.kill('SIGKILL');
  process.once('exit', die);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await new Promise<{ port: number; url: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) =>
      resolve(JSON.parse(line) as { port: number; url: string }),
    );
    child.once('exit', (code) => reject(new Error(`The double ended with ${code}.`)));
  });
  return {
    ...ready,
    child,
    kill: async () => {
      process.off('exit', die);
      die();
      await exited;
    },
  };
}
