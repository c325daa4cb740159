import { script } from '../test/kit/arguments.js';
import { runTask, type Task } from './kit/tasks.js';

/** The load driver's own process: takes one task by IPC, answers one result, ends. */
script(async () => {
  const task = await new Promise<Task>((resolve) => process.once('message', (message) => resolve(message as Task)));
  const result = await runTask(task, (event) => process.send?.({ event }));
  await new Promise<void>((resolve, reject) => {
    if (process.send === undefined) reject(new Error('the load driver is started by bench/main.ts'));
    else process.send({ result }, undefined, undefined, (error) => (error === null ? resolve() : reject(error)));
  });
  return true;
});
