import { readDevices } from './accounts.js';
import { runConnections, type ConnectionsResult, type ConnectionsTask } from './connectionsTask.js';
import { runGroup, type GroupResult, type GroupTask } from './groupTask.js';
import { runHistory, type HistoryResult, type HistoryTask } from './historyTask.js';
import { closedLoop, openLoop, type LoopResult } from './loops.js';
import { quiet, type NamedProcess } from './measure.js';
import { openPairs } from './pair.js';
import { runStorm, type StormResult, type StormTask } from './stormTask.js';

/** What the load driver's process can be asked to do. */
export interface OneToOneTask {
  readonly kind: 'oneToOne';
  readonly url: string;
  readonly tokens: string;
  readonly processes: readonly NamedProcess[];
  readonly pairs: number;
  readonly rates: readonly number[];
  readonly seconds: number;
  /** Seconds to wait, at most, for a quiet machine before each step. */
  readonly quiet: number;
  /** Of the closed loop, which is left out at 0. */
  readonly outstanding: number;
}
export type Task = OneToOneTask | ConnectionsTask | GroupTask | HistoryTask | StormTask;
export type TaskResult<T extends Task> = T extends OneToOneTask
  ? OneToOneResult
  : T extends ConnectionsTask
    ? ConnectionsResult
    : T extends GroupTask
      ? GroupResult
      : T extends StormTask
        ? StormResult
        : HistoryResult;

export interface OneToOneResult {
  readonly open: readonly LoopResult[];
  readonly closed: LoopResult | undefined;
  /** Highest rate asked for at which nothing was lost and 99 in 100 were delivered within 100 ms. */
  readonly highestRate: number;
}

export function runTask(task: Task, notify: (event: unknown) => void): Promise<unknown> {
  switch (task.kind) {
    case 'oneToOne':
      return runOneToOne(task, notify);
    case 'connections':
      return runConnections(task, notify);
    case 'group':
      return runGroup(task, notify);
    case 'history':
      return runHistory(task);
    case 'storm':
      return runStorm(task, notify);
  }
}

export const keepsUp = (step: LoopResult): boolean =>
  !step.overloaded && step.lost === 0 && step.duplicated === 0 && (step.delivery.p99 ?? Infinity) < 100;

async function runOneToOne(task: OneToOneTask, notify: (event: unknown) => void): Promise<OneToOneResult> {
  const devices = readDevices(task.tokens).slice(0, task.pairs * 2);
  const pairs = await openPairs(task.url, devices, { receipts: true });
  const step = (rate: number, seconds: number): Promise<LoopResult> =>
    openLoop(pairs, task.processes, { rate, seconds, warmSeconds: 2, receipts: true });
  // Compilers and caches warm up, and the first rate is not measured with what that costs.
  await step(2000, 8);
  const open: LoopResult[] = [];
  let highestRate = 0;
  for (const rate of task.rates) {
    await quiet(task.processes, task.quiet);
    const result = await step(rate, task.seconds);
    open.push(result);
    notify(result);
    if (keepsUp(result)) highestRate = rate;
    else if (result.overloaded || (result.delivery.p50 ?? Infinity) > 500) break;
  }
  const { outstanding, seconds } = task;
  if (outstanding > 0) await quiet(task.processes, task.quiet);
  const closed =
    outstanding === 0 ? undefined : await closedLoop(pairs, task.processes, { outstanding, seconds, receipts: true });
  if (closed !== undefined) notify(closed);
  for (const side of pairs.flat()) side.close();
  return { open, closed, highestRate };
}
