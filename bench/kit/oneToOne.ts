import { flags, UsageError } from '../../test/kit/arguments.js';
import { startDriver } from './driverProcess.js';
import { prepare, processesOf, startWireDouble, withServer } from './environment.js';
import type { LoopResult } from './loops.js';
import { table, type NamedProcess } from './measure.js';
import { openPeerbench, peerTable, type PeerResult } from './peerbench.js';
import { keepsUp, type OneToOneResult } from './tasks.js';

interface Options {
  readonly pairs: number;
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly outstanding: number;
}

/** `--peers ejabberd-pg` measures a peer in the same run; `--peers none` leaves peerbench out altogether. */
export async function benchOneToOne(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    pairs: { type: 'string' },
    rates: { type: 'string' },
    seconds: { type: 'string' },
    outstanding: { type: 'string' },
    peers: { type: 'string' },
    'peer-rates': { type: 'string' },
    adapters: { type: 'string' },
    floor: { type: 'boolean' },
  });
  const options: Options = {
    pairs: given.number('pairs', 50),
    rates: given.numbers('rates', [500, 1000, 2000, 3000, 4000, 5000]),
    seconds: given.number('seconds', 15),
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
      const prepared = await prepare('bench', {
        accounts: options.pairs * 2,
        conversations: options.pairs,
        messages: 0,
      });
      await withServer(prepared, async (server) => {
        results['postgres'] = await drive('postgres', options, server.url, prepared.tokens, processesOf(server));
        if (peerbench !== undefined) peerResults.push(await peerbench.ours(server, prepared.tokens));
      });
    }
    if (peerbench !== undefined) for (const peer of peers) peerResults.push(await peerbench.peer(peer));
    if (adapters.includes('eventstoredb')) results['eventstoredb'] = await throughDouble(options);
  } finally {
    peerbench?.dispose();
  }
  report(results, peerResults);
  given.json({ options, results, peers: peerResults });
  const main = results['postgres'] ?? results['eventstoredb'];
  const correct = Object.values(results).every(({ open, closed }) =>
    [...open, closed].every((step) => step.overloaded || (step.lost === 0 && step.duplicated === 0)),
  );
  const best = main?.open.filter(keepsUp).at(-1);
  const holdsFloor = main !== undefined && main.highestRate >= 2000 && (best?.cpuMsPerMessage ?? Infinity) <= 0.4;
  if (!correct) console.log('messages were lost or duplicated');
  if (given.on('floor') && !holdsFloor)
    console.log('below the floor: 2000 messages/s at p99 < 100 ms, 0.4 CPU-ms a message');
  console.log(
    `${main?.highestRate ?? 0} messages/s with receipts at p99 < 100 ms, ${best?.cpuMsPerMessage ?? '-'} CPU-ms/message, closed loop ${main?.closed.rate ?? 0}/s at ${main?.closed.cpuMsPerMessage ?? '-'} CPU-ms/message`,
  );
  return correct && (main?.highestRate ?? 0) > 0 && (!given.on('floor') || holdsFloor);
}

function drive(
  name: string,
  options: Options,
  url: string,
  tokens: string,
  processes: readonly NamedProcess[],
): Promise<OneToOneResult> {
  const driver = startDriver({ kind: 'oneToOne' as const, url, tokens, processes, ...options }, (event) => {
    const step = event as LoopResult;
    process.stderr.write(
      `${name} ${step.kind} ${step.rate}/s: p99 ${step.delivery.p99 ?? '-'} ms, ${step.cpuMsPerMessage} CPU-ms\n`,
    );
  });
  return driver.result;
}

async function throughDouble(options: Options): Promise<OneToOneResult> {
  const double = await startWireDouble();
  try {
    const seed = { accounts: options.pairs * 2, conversations: options.pairs, messages: 0 };
    const prepared = await prepare('bench-esdb', seed, { EVENTSTORE_URL: double.url });
    return await withServer(prepared, (server) =>
      drive('eventstoredb', options, server.url, prepared.tokens, [
        ...processesOf(server),
        { name: 'double', pid: double.pid },
      ]),
    );
  } finally {
    double.stop();
  }
}

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
  ];
  const rows = Object.entries(results).flatMap(([adapter, { open, closed }]) =>
    [...open, closed].map((step) => [
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
    ]),
  );
  console.log(table(head, rows));
  if (peers.length > 0) console.log(`\npeerbench s1, all in this run\n${peerTable(peers)}`);
}
