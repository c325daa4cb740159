import { sleep } from './accounts.js';
import { distribution, meter, type Distribution, type NamedProcess, type Usage } from './measure.js';
import type { Side } from './pair.js';

const body = 'The quick brown fox jumps over the lazy dog, and then the message goes on for a while. ';

export interface LoopResult {
  readonly kind: 'open' | 'closed';
  /** Messages a second: asked for in an open loop, achieved in a closed one. */
  readonly rate: number;
  readonly messages: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly overloaded: boolean;
  readonly delivery: Distribution;
  readonly answer: Distribution;
  readonly receipt: Distribution;
  /** CPU milliseconds a message, each process tree apart. */
  readonly cpuMs: Record<string, number>;
  readonly cpuMsPerMessage: number;
  readonly driverCpuMsPerMessage: number;
  readonly otherCores: number;
}

interface Sample {
  readonly due: number;
  answered: number;
  delivered: number;
  receipted: number;
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

function perMessage(
  { trees, driver, otherCores }: Usage,
  messages: number,
): Pick<LoopResult, 'cpuMs' | 'cpuMsPerMessage' | 'driverCpuMsPerMessage' | 'otherCores'> {
  const each = Object.entries(trees).map(([name, ms]) => [name, thousandths(ms / messages)] as const);
  const sum = Object.values(trees).reduce((total, ms) => total + ms, 0);
  return {
    cpuMs: Object.fromEntries(each),
    cpuMsPerMessage: thousandths(sum / messages),
    driverCpuMsPerMessage: thousandths(driver / messages),
    otherCores,
  };
}

function results(samples: readonly Sample[]): Pick<LoopResult, 'delivery' | 'answer' | 'receipt' | 'lost'> {
  const of = (field: 'answered' | 'delivered' | 'receipted'): Distribution =>
    distribution(samples.filter((sample) => sample[field] > 0).map((sample) => sample[field] - sample.due));
  return {
    delivery: of('delivered'),
    answer: of('answered'),
    receipt: of('receipted'),
    lost: samples.filter((sample) => sample.delivered === 0).length,
  };
}

let runs = 0;

/** Watches every side; `progress` is the instant of the last sign of life. */
function watch(pairs: readonly [Side, Side][]) {
  const run = `r${Date.now().toString(36)}${runs++}-`;
  const samples: Sample[] = [];
  const state = {
    progress: performance.now(),
    delivered: 0,
    receipted: 0,
    answered: 0,
    duplicated: 0,
    onDone: (_: number): void => undefined,
  };
  const find = (clientId: string): number => (clientId.startsWith(run) ? Number(clientId.slice(run.length)) : -1);
  const note = (clientId: string, at: number, field: 'delivered' | 'receipted'): void => {
    const index = find(clientId);
    const sample = samples[index];
    if (sample === undefined) return;
    state.progress = at;
    if (sample[field] > 0) {
      if (field === 'delivered') state.duplicated++;
      return;
    }
    sample[field] = at;
    state[field]++;
    if (field === 'delivered' && sample.answered > 0) state.onDone(index);
  };
  for (const side of pairs.flat()) {
    side.onMessage = (clientId, at) => note(clientId, at, 'delivered');
    side.onDelivered = (clientId, at) => note(clientId, at, 'receipted');
  }
  const send = (from: Side, due: number): void => {
    const index = samples.length;
    const sample: Sample = { due, answered: 0, delivered: 0, receipted: 0 };
    samples.push(sample);
    from.send(`${run}${index}`, body + String(index)).then(
      () => {
        sample.answered = state.progress = performance.now();
        state.answered++;
        if (sample.delivered > 0) state.onDone(index);
      },
      (error: unknown) => {
        process.stderr.write(`send refused: ${String(error)}\n`);
      },
    );
  };
  return { samples, state, send };
}

/** Message n is due at start + n/rate and every time counts from when it was due, so a slow server cannot hide its queue. */
export async function openLoop(
  pairs: readonly [Side, Side][],
  processes: readonly NamedProcess[],
  options: {
    readonly rate: number;
    readonly seconds: number;
    readonly warmSeconds: number;
    readonly receipts: boolean;
  },
): Promise<LoopResult> {
  const { samples, state, send } = watch(pairs);
  const warm = Math.round(options.rate * options.warmSeconds);
  const total = warm + Math.round(options.rate * options.seconds);
  const start = performance.now() + 50;
  let read = meter(processes);
  let overloaded = false;
  while (samples.length < total && !overloaded) {
    while (samples.length < total && start + (samples.length * 1000) / options.rate <= performance.now()) {
      const n = samples.length;
      if (n === warm) {
        read = meter(processes);
      }
      const pair = pairs[n % pairs.length]!;
      send(pair[Math.floor(n / pairs.length) % 2 === 0 ? 0 : 1], start + (n * 1000) / options.rate);
    }
    overloaded = samples.length - state.delivered > Math.max(500, options.rate * 4);
    await sleep(1);
  }
  const pending = (): boolean =>
    state.delivered < samples.length ||
    state.answered < samples.length ||
    (options.receipts && state.receipted < samples.length);
  while (pending() && performance.now() - state.progress < 15_000) await sleep(10);
  const measured = samples.slice(warm);
  const count = Math.max(1, measured.length);
  return {
    kind: 'open',
    rate: options.rate,
    messages: measured.length,
    duplicated: state.duplicated,
    overloaded,
    ...results(measured),
    ...perMessage(read(), count),
  };
}

/** A fixed number outstanding per pair until delivered and answered; the drain counts. */
export async function closedLoop(
  pairs: readonly [Side, Side][],
  processes: readonly NamedProcess[],
  options: { readonly outstanding: number; readonly seconds: number; readonly receipts: boolean },
): Promise<LoopResult> {
  const { samples, state, send } = watch(pairs);
  const read = meter(processes);
  const start = performance.now();
  const end = start + options.seconds * 1000;
  const pairOf: number[] = [];
  const turns = new Uint8Array(pairs.length);
  const fire = (pair: number): void => {
    pairOf.push(pair);
    turns[pair]! ^= 1;
    send(pairs[pair]![turns[pair] === 1 ? 0 : 1], performance.now());
  };
  state.onDone = (index) => {
    if (performance.now() < end) fire(pairOf[index]!);
  };
  for (let round = 0; round < options.outstanding; round++) pairs.forEach((_, pair) => fire(pair));
  await sleep(options.seconds * 1000);
  const pending = (): boolean =>
    state.delivered < samples.length || (options.receipts && state.receipted < samples.length);
  while (pending() && performance.now() - state.progress < 15_000) await sleep(5);
  const last = samples.reduce((latest, sample) => Math.max(latest, sample.delivered, sample.receipted), start);
  const count = Math.max(1, samples.length);
  return {
    kind: 'closed',
    rate: Math.round((count / (last - start)) * 1000),
    messages: samples.length,
    duplicated: state.duplicated,
    overloaded: false,
    ...results(samples),
    ...perMessage(read(), count),
  };
}
