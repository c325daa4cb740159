import { connect } from '../../test/kit/client.js';
import { createGroup } from '../../test/kit/documents.js';
import { flags } from '../../test/kit/arguments.js';
import { readDevices } from './accounts.js';
import { startDriver, type DriverProcess } from './driverProcess.js';
import { onServer, prepare, processesOf, type Prepared } from './environment.js';
import type { GroupOrder, GroupReport, GroupStep, GroupStepResult, GroupTask } from './groupTask.js';
import { meter, quiet, table, type NamedProcess, type Usage } from './measure.js';
import { groupPeerTable, openPeerbench, type GroupPeerResult } from './peerbench.js';

interface Options {
  readonly members: number;
  readonly drivers: number;
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly quiet: number;
  readonly outstanding: number;
}

export interface GroupFigures extends GroupStepResult {
  readonly kind: 'open' | 'closed';
  /** Messages a second: asked for, or achieved. */
  readonly rate: number;
  readonly deliveriesPerSecond: number;
  /** CPU microseconds a delivery, each process tree apart, and of server and database together. */
  readonly cpuUs: Record<string, number>;
  readonly cpuUsPerDelivery: number;
  readonly driverCpuUsPerDelivery: number;
  readonly otherCores: number;
}

const FLOOR = 25_000;

/** One sender, all members connected and acknowledging. `--peers ejabberd-pg` measures a peer's room in the same run. */
export async function benchGroup(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    members: { type: 'string' },
    drivers: { type: 'string' },
    rates: { type: 'string' },
    seconds: { type: 'string' },
    quiet: { type: 'string' },
    outstanding: { type: 'string' },
    peers: { type: 'string' },
  });
  const options: Options = {
    members: given.number('members', 256),
    drivers: given.number('drivers', 2),
    rates: given.numbers('rates', [1, 5, 10, 20, 50]),
    seconds: given.number('seconds', 15),
    quiet: given.number('quiet', 20),
    outstanding: given.number('outstanding', 8),
  };
  const peers = (given.text('peers') ?? '').split(',').filter((peer) => peer !== '' && peer !== 'none');
  const rates = { ours: options.rates, peers: options.rates };
  const peerbench = peers.length === 0 ? undefined : openPeerbench(rates, options.seconds);
  // The peers' room has accounts from 200 on.
  const accounts = peerbench === undefined ? options.members : options.members + 200;
  const prepared = await prepare('bench-group', { accounts, conversations: 0, messages: 0 });
  const steps: GroupFigures[] = [];
  const faults: string[] = [];
  const peerResults: GroupPeerResult[] = [];
  try {
    const open = await onServer(prepared, {}, (server) => drive(options, prepared, server.url, processesOf(server)));
    // A closed loop sends as fast as it is answered; the limit would hold its one device at 100/s.
    const closed = await onServer(prepared, { RATE_LIMITS: 'off' }, (server) =>
      drive({ ...options, rates: [0] }, prepared, server.url, processesOf(server)),
    );
    for (const run of [open, closed]) {
      steps.push(...run.steps);
      faults.push(...run.faults);
    }
    if (peerbench !== undefined) {
      peerResults.push(
        await onServer(prepared, { RATE_LIMITS: 'off' }, (server) =>
          peerbench.ourGroup(server, prepared.tokens, options.members),
        ),
      );
      for (const peer of peers) peerResults.push(await peerbench.peerGroup(peer, options.members));
    }
  } finally {
    await prepared.dispose();
    peerbench?.dispose();
  }
  report(options, steps, peerResults);
  given.json({ options, steps, faults, peers: peerResults });
  return judge(options, steps, faults, peerResults);
}

/** A fresh group; steps at each rate, 0 being the closed loop. */
async function drive(
  options: Options,
  prepared: Prepared,
  url: string,
  processes: readonly NamedProcess[],
): Promise<{ readonly steps: readonly GroupFigures[]; readonly faults: readonly string[] }> {
  const devices = readDevices(prepared.tokens).slice(0, options.members);
  const creator = await connect(url, { token: devices[0]!.accessToken });
  const conversation = await createGroup(
    creator,
    'Bench',
    devices.slice(1).map(({ account }) => account),
  );
  creator.close();
  const fleet = await startFleet(options, { url, tokens: prepared.tokens, conversation }, processes);
  await fleet.run({ rate: 20, outstanding: 0, warmSeconds: 0, seconds: 4 });
  if (options.rates.includes(0))
    await fleet.run({ rate: 0, outstanding: options.outstanding, warmSeconds: 0, seconds: 6 });
  const steps: GroupFigures[] = [];
  for (const rate of options.rates) {
    await quiet(fleet.processes, options.quiet);
    const { outstanding, seconds } = options;
    const figures = await fleet.run({ rate, outstanding, warmSeconds: 2, seconds });
    steps.push(figures);
    process.stderr.write(
      `${figures.kind} ${figures.rate}/s: all p99 ${figures.all.p99 ?? '-'} ms, ${figures.cpuUsPerDelivery} CPU-us a delivery\n`,
    );
    if (figures.overloaded) break;
  }
  return { steps, faults: await fleet.end() };
}

interface Fleet {
  readonly processes: readonly NamedProcess[];
  run(step: GroupStep): Promise<GroupFigures>;
  /** What the members found wrong. */
  end(): Promise<string[]>;
}

/** The drivers, all members connected. What the others' members have is told to the first, where the sender is. */
async function startFleet(
  options: Options,
  task: Pick<GroupTask, 'url' | 'tokens' | 'conversation'>,
  servers: readonly NamedProcess[],
): Promise<Fleet> {
  const counts = Array.from({ length: options.drivers }, (_, index) =>
    Math.floor((options.members + index) / options.drivers),
  );
  const drivers: DriverProcess<GroupTask>[] = [];
  let listen = (_: GroupReport): void => undefined;
  let open = 0;
  let onOpen = (): void => undefined;
  const allOpen = new Promise<void>((resolve) => (onOpen = resolve));
  const order = (driver: DriverProcess<GroupTask> | undefined, what: GroupOrder): void => driver?.send(what);
  let from = 0;
  for (const count of counts) {
    drivers.push(
      startDriver({ kind: 'group' as const, ...task, from, count, drivers: options.drivers }, (event) => {
        const report = event as GroupReport;
        if (report.report === 'completed') order(drivers[0], { order: 'completed', completed: report.completed });
        else if (report.report !== 'open') listen(report);
        else if (++open === options.drivers) onOpen();
      }),
    );
    from += count;
  }
  const results = Promise.all(drivers.map((driver) => driver.result));
  await Promise.race([allOpen, results]);
  const processes = [...servers, ...drivers.map(({ pid }, index) => ({ name: `driver${index}`, pid }))];
  return {
    processes,
    async run(step) {
      let read = meter(processes);
      let usage: Usage | undefined;
      const finished = new Promise<GroupStepResult>((resolve) => {
        listen = (report) => {
          if (report.report === 'mark') read = meter(processes);
          else if (report.report === 'measured') usage = read();
          else if (report.report === 'step') resolve(report.result);
        };
      });
      order(drivers[0], { order: 'step', step });
      const result = await Promise.race([finished, results.then(() => Promise.reject(new Error('a driver ended')))]);
      return figuresOf(step, result, options.members, usage ?? read());
    },
    async end() {
      for (const driver of drivers) order(driver, { order: 'end' });
      const found = await results;
      const faults = found.flatMap((result, index) =>
        result.faults === 0 ? [] : [`${result.faults} faults in driver ${index}, first: ${result.firstFault ?? '?'}`],
      );
      const last = new Set(found.flatMap((result) => result.last));
      return last.size === 1 ? faults : [...faults, `members ended at different sequences: ${[...last].join(', ')}`];
    },
  };
}

const tenths = (value: number): number => Math.round(value * 10) / 10;

function figuresOf(step: GroupStep, result: GroupStepResult, members: number, usage: Usage): GroupFigures {
  const deliveries = Math.max(1, result.completed * members);
  const each = Object.entries(usage.trees).map(([name, ms]) => [name, tenths((ms * 1000) / deliveries)] as const);
  const isDriver = (name: string): boolean => name.startsWith('driver');
  const sum = (drivers: boolean): number =>
    tenths(
      (Object.entries(usage.trees).reduce((all, [name, ms]) => (isDriver(name) === drivers ? all + ms : all), 0) *
        1000) /
        deliveries,
    );
  return {
    ...result,
    kind: step.rate === 0 ? 'closed' : 'open',
    rate: step.rate === 0 ? Math.round(result.completed / result.seconds) : step.rate,
    deliveriesPerSecond: Math.round(deliveries / result.seconds),
    cpuUs: Object.fromEntries(each.filter(([name]) => !isDriver(name))),
    cpuUsPerDelivery: sum(false),
    driverCpuUsPerDelivery: sum(true),
    otherCores: usage.otherCores,
  };
}

function report(options: Options, steps: readonly GroupFigures[], peers: readonly GroupPeerResult[]): void {
  const head = [
    'load',
    'messages/s',
    'all have it p50',
    'p99',
    'all read it p50',
    'p99',
    'answer p50',
    'p99',
    'lost',
    'deliveries/s',
    'CPU us/delivery',
    'of which',
    'drivers',
    'other cores',
  ];
  const rows = steps.map((step) => [
    step.overloaded ? `${step.kind}, overloaded` : step.kind,
    step.rate,
    step.all.p50,
    step.all.p99,
    step.read.p50,
    step.read.p99,
    step.answer.p50,
    step.answer.p99,
    step.lost,
    step.deliveriesPerSecond,
    step.cpuUsPerDelivery,
    Object.entries(step.cpuUs)
      .map(([name, us]) => `${name} ${us}`)
      .join(', '),
    step.driverCpuUsPerDelivery,
    step.otherCores,
  ]);
  console.log(`${options.members} members, receipts on`);
  console.log(table(head, rows));
  if (peers.length > 0) console.log(`\npeerbench s2, without receipts, all in this run\n${groupPeerTable(peers)}`);
}

/** Says what does not hold, then the figures in one line. */
function judge(
  options: Options,
  steps: readonly GroupFigures[],
  faults: readonly string[],
  peers: readonly GroupPeerResult[],
): boolean {
  const wrong = [...faults];
  const lost = steps.reduce((sum, step) => sum + step.lost, 0);
  if (lost > 0) wrong.push(`${lost} messages did not reach everybody`);
  const closed = steps.find(({ kind }) => kind === 'closed');
  if (closed === undefined || closed.deliveriesPerSecond < FLOOR) wrong.push(`below the floor: ${FLOOR} deliveries/s`);
  const [ours, ...others] = peers;
  for (const { rate, all } of steps.filter(({ kind }) => kind === 'open')) {
    for (const peer of others) {
      const theirs = peer.steps.find((step) => step.rate === rate)?.all.p99 ?? Infinity;
      const alike = ours?.steps.find((step) => step.rate === rate)?.all.p99 ?? Infinity;
      if ((all.p99 ?? Infinity) >= theirs || alike >= theirs)
        wrong.push(`p99 at ${rate}/s not below that of ${peer.target}: ${all.p99} and ${alike} ms, theirs ${theirs}`);
    }
  }
  for (const sentence of wrong) console.log(sentence);
  const latency = steps
    .filter(({ kind }) => kind === 'open')
    .map(({ rate, all }) => `${rate}/s p50 ${all.p50} p99 ${all.p99} ms`);
  console.log(
    [
      `${options.members} members: ${latency.join(', ')}`,
      `ceiling ${closed?.deliveriesPerSecond ?? 0} deliveries/s at ${closed?.cpuUsPerDelivery ?? '-'} CPU-us a delivery (drivers ${closed?.driverCpuUsPerDelivery ?? '-'})`,
      ...peers.map(({ target, steps: all }) => {
        const best = all.find(({ kind }) => kind === 'closed');
        return `peerbench ${target} ${best?.deliveriesPerSec ?? 0} deliveries/s at ${best?.cpuUsPerDelivery ?? '-'} CPU-us`;
      }),
    ].join('; '),
  );
  return wrong.length === 0;
}
