import { flags, UsageError } from '../../test/kit/arguments.js';
import { startDriver } from './driverProcess.js';
import { onServer, prepare, processesOf, startWireDouble, type Prepared } from './environment.js';
import type { LoopResult } from './loops.js';
import { table, type NamedProcess } from './measure.js';
import { cpuOf, openPeerbench, peerTable, type PeerResult } from './peerbench.js';
import { keepsUp, type OneToOneResult } from './tasks.js';

export interface OneToOneOptions {
  readonly pairs: number;
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly quiet: number;
  readonly outstanding: number;
}

/** `--peers ejabberd-pg` measures a peer in the same run; `--peers none` leaves peerbench out altogether. */
export async function benchOneToOne(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    pairs: { type: 'string' },
    rates: { type: 'string' },
    seconds: { type: 'string' },
    quiet: { type: 'string' },
    outstanding: { type: 'string' },
    peers: { type: 'string' },
    'peer-rates': { type: 'string' },
    adapters: { type: 'string' },
    floor: { type: 'boolean' },
  });
  const options: OneToOneOptions = {
    pairs: given.number('pairs', 50),
    rates: given.numbers('rates', [500, 1000, 2000, 3000, 4000, 5000]),
    seconds: given.number('seconds', 15),
    quiet: given.number('quiet', 20),
    outstanding: given.number('outstanding', 32),
  };
  const adapters = (given.text('adapters') ?? 'postgres,eventstoredb').split(',');
  const unknown = adapters.find((adapter) => adapter !== 'postgres' && adapter !== 'eventstoredb');
  if (unknown !== undefined) throw new UsageError(`--adapters takes postgres and eventstoredb, not "${unknown}".`);
  const peers = (given.text('peers') ?? '').split(',').filter((peer) => peer !== '');
  const peerbench = peers.includes('none')
    ? undefined
    : openPeerbench(
        { ours: options.rates, peers: given.numbers('peer-rates', [100, 200, 400, 800, 1600]) },
        options.seconds,
      );
  const results: Record<string, OneToOneResult> = {};
  const peerResults: PeerResult[] = [];
  try {
    if (adapters.includes('postgres')) {
      const prepared = await prepare('bench', seedOf(options));
      try {
        results['postgres'] = await drive('postgres', options, prepared);
        if (peerbench !== undefined)
          peerResults.push(await onServer(prepared, unlimited, (server) => peerbench.ours(server, prepared.tokens)));
      } finally {
        await prepared.dispose();
      }
    }
    if (peerbench !== undefined) for (const peer of peers) peerResults.push(await peerbench.peer(peer));
    if (adapters.includes('eventstoredb')) results['eventstoredb'] = await throughDouble(options);
  } finally {
    peerbench?.dispose();
  }
  report(results, peerResults);
  given.json({ options, results, peers: peerResults });
  const main = results['postgres'] ?? results['eventstoredb'];
  const correct = Object.values(results).every((result) =>
    stepsOf(result).every((step) => step.overloaded || (step.lost === 0 && step.duplicated === 0)),
  );
  const best = main?.open.filter(keepsUp).at(-1);
  const holdsFloor =
    main?.open.some((step) => keepsUp(step) && step.rate >= 2000 && step.cpuMsPerMessage <= 0.4) === true;
  const [ours, ...others] = peerResults;
  const isAhead = (peer: PeerResult): boolean =>
    ours !== undefined && ours.highestRate > peer.highestRate && (cpuOf(ours) ?? Infinity) < (cpuOf(peer) ?? 0);
  const notAhead = others.filter((peer) => !isAhead(peer)).map((peer) => peer.target);
  if (!correct) console.log('messages were lost or duplicated');
  if (given.on('floor') && !holdsFloor)
    console.log('below the floor: 2000 messages/s at p99 < 100 ms, 0.4 CPU-ms a message');
  for (const peer of notAhead) console.log(`not ahead of ${peer}`);
  console.log(
    [
      `${main?.highestRate ?? 0} messages/s with receipts at p99 < 100 ms, ${best?.cpuMsPerMessage ?? '-'} CPU-ms/message`,
      `closed loop ${main?.closed?.rate ?? 0}/s at ${main?.closed?.cpuMsPerMessage ?? '-'} CPU-ms/message`,
      ...peerResults.map(
        (peer) => `peerbench ${peer.target} ${peer.highestRate}/s at ${cpuOf(peer) ?? '-'} CPU-ms/message`,
      ),
    ].join('; '),
  );
  return correct && (main?.highestRate ?? 0) > 0 && notAhead.length === 0 && (!given.on('floor') || holdsFloor);
}

export const seedOf = ({ pairs }: Pick<OneToOneOptions, 'pairs'>) => ({
  accounts: pairs * 2,
  conversations: pairs,
  messages: 0,
});

/** A closed loop sends as fast as it is answered, and peers are measured without limits: each device would be held at 100/s. */
const unlimited = { RATE_LIMITS: 'off' } as const;

/** The open loop with everything on, then the closed one without limits, on the same data. The driver is of the same checkout as the server. */
export async function drive(
  name: string,
  options: OneToOneOptions,
  prepared: Prepared,
  more: readonly NamedProcess[] = [],
  measured = processesOf,
): Promise<OneToOneResult> {
  const run = (env: Readonly<Record<string, string>>, task: Partial<OneToOneOptions>): Promise<OneToOneResult> =>
    onServer(prepared, env, (server) => {
      const processes = [...measured(server), ...more];
      const base = { kind: 'oneToOne' as const, url: server.url, tokens: prepared.tokens, processes };
      const report = (event: unknown): void => {
        const step = event as LoopResult;
        process.stderr.write(
          `${name} ${step.kind} ${step.rate}/s: p99 ${step.delivery.p99 ?? '-'} ms, ${step.cpuMsPerMessage} CPU-ms\n`,
        );
      };
      return startDriver({ ...base, ...options, ...task }, report, prepared.root).result;
    });
  const open = await run({}, { outstanding: 0 });
  const { closed } = await run(unlimited, { rates: [] });
  return { ...open, closed };
}

async function throughDouble(options: OneToOneOptions): Promise<OneToOneResult> {
  const double = await startWireDouble();
  try {
    const prepared = await prepare('bench-esdb', seedOf(options), { EVENTSTORE_URL: double.url });
    try {
      return await drive('eventstoredb', options, prepared, [{ name: 'double', pid: double.pid }]);
    } finally {
      await prepared.dispose();
    }
  } finally {
    double.stop();
  }
}

const stepsOf = ({ open, closed }: OneToOneResult): LoopResult[] => [
  ...open,
  ...(closed === undefined ? [] : [closed]),
];

function report(results: Readonly<Record<string, OneToOneResult>>, peers: readonly PeerResult[]): void {
  const head = [
    'event store',
    'load',
    'rate/s',
    'deliver p50',
    'p99',
    'receipt p50',
    'p99',
    'answer p50',
    'p99',
    'lost',
    'dup',
    'CPU ms/msg',
    'of which',
    'driver',
    'other cores',
  ];
  const rows = Object.entries(results).flatMap(([adapter, result]) =>
    stepsOf(result).map((step) => [
      adapter,
      step.overloaded ? `${step.kind}, overloaded` : step.kind,
      step.rate,
      step.delivery.p50,
      step.delivery.p99,
      step.receipt.p50,
      step.receipt.p99,
      step.answer.p50,
      step.answer.p99,
      step.lost,
      step.duplicated,
      step.cpuMsPerMessage,
      Object.entries(step.cpuMs)
        .map(([name, ms]) => `${name} ${ms}`)
        .join(', '),
      step.driverCpuMsPerMessage,
      step.otherCores,
    ]),
  );
  console.log(table(head, rows));
  if (peers.length > 0) console.log(`\npeerbench s1, all in this run\n${peerTable(peers)}`);
}
