import { fork, type ChildProcess } from 'node:child_process';
import { bundle, childEnvironment } from '../../test/kit/serverProcess.js';
import type { Task, TaskResult } from './tasks.js';

export interface DriverProcess<T extends Task> {
  readonly result: Promise<TaskResult<T>>;
  readonly pid: number;
  /** Lets a driver that waits between two phases go on. */
  next(): void;
  send(message: object): void;
}

interface Message {
  readonly event?: unknown;
  readonly result?: unknown;
}

/** Starts a load driver in a process of its own, of this checkout or another. `onEvent` gets what it reports on the way. */
export function startDriver<T extends Task>(
  task: T,
  onEvent: (event: unknown) => void,
  root?: string,
): DriverProcess<T> {
  const child: ChildProcess = fork(bundle('bench/driver.ts', root), [], {
    execPath: process.execPath,
    execArgv: ['--enable-source-maps', '--max-semi-space-size=64'],
    env: childEnvironment({ NODE_NO_WARNINGS: '1' }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const result = new Promise<TaskResult<T>>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.event !== undefined) onEvent(message.event);
      if (message.result !== undefined) resolve(message.result as TaskResult<T>);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the load driver ended with ${code ?? 'a signal'}`)));
  });
  child.send(task);
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    result,
    pid: child.pid ?? 0,
    next: () => void child.send('next'),
    send: (message) => void child.send(message),
  };
}
