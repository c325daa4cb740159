import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/platform/config/root.js';
import { temporaryFolder, type ServerProcess } from '../../test/kit/serverProcess.js';
import { run } from './environment.js';
import { outermost, table } from './measure.js';

/** What peerbench measured of one server, as its own JSON has it. */
export interface PeerResult {
  readonly target: string;
  readonly highestRate: number;
  readonly steps: readonly PeerStep[];
}

interface PeerStep {
  readonly kind: 'open' | 'closed';
  readonly rate?: number;
  readonly throughput?: number;
  readonly receipts?: boolean;
  readonly lost?: number;
  readonly deliver: { readonly p50: number | null; readonly p99: number | null };
  readonly receipt?: { readonly p99: number | null } | null;
  readonly cpuMsPerMsg: number;
}

/** The same of a room: `all` is the time until every member has it. */
export interface GroupPeerResult {
  readonly target: string;
  readonly steps: readonly GroupPeerStep[];
}

interface GroupPeerStep {
  readonly kind: 'open' | 'closed';
  readonly rate: number | null;
  readonly missingDeliveries: number;
  readonly dup: number;
  readonly all: { readonly p50: number | null; readonly p99: number | null };
  readonly deliveriesPerSec: number;
  readonly cpuUsPerDelivery: number;
}

/** Messages a second: a peer's steps begin lower. */
export interface PeerbenchRates {
  readonly ours: readonly number[];
  readonly peers: readonly number[];
}

export interface Peerbench {
  ours(server: ServerProcess, tokens: string): Promise<PeerResult>;
  peer(target: string): Promise<PeerResult>;
  ourGroup(server: ServerProcess, tokens: string, members: number): Promise<GroupPeerResult>;
  peerGroup(target: string, members: number): Promise<GroupPeerResult>;
  dispose(): void;
}

/**
 * The comparison with other servers, from PEERBENCH_DIR (default: beside the checkout's folder), in a copy of its own.
 * Undefined where there is none: it is no part of this repository.
 */
export function openPeerbench(rates: PeerbenchRates, seconds: number): Peerbench | undefined {
  const source = path.resolve(projectRoot, process.env['PEERBENCH_DIR'] ?? '../shared/peerbench');
  if (!existsSync(path.join(source, 'bench.mjs'))) {
    process.stderr.write(`no peerbench in ${source}; set PEERBENCH_DIR to compare with other servers\n`);
    return undefined;
  }
  const folder = temporaryFolder('peerbench');
  runQuietly('cp', ['-r', `${source}/.`, folder]);
  runQuietly('chmod', ['-R', 'u+w', folder]);
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  if (!existsSync(path.join(folder, 'node_modules/ws')))
    symlinkSync(path.join(projectRoot, 'node_modules/ws'), path.join(folder, 'node_modules/ws'));
  const state = path.join(folder, 'state');
  const env = {
    SECS: String(seconds),
    RATES: rates.peers.join(','),
    QUIET: '20',
    BISECT: '3',
    PB_RT: state,
    OUT: 'results',
  };
  mkdirSync(path.join(folder, 'results'));
  const read = (file: string, target: string): PeerResult => {
    const found = JSON.parse(readFileSync(path.join(folder, 'results', file), 'utf8')) as {
      maxRateP99lt100?: number;
      results: PeerStep[];
    };
    return { target, highestRate: found.maxRateP99lt100 ?? 0, steps: found.results };
  };
  const bench = (scenario: string, target: string, args: Readonly<Record<string, string>>): Promise<void> => {
    const all = { target, secs: env.SECS, quiet: env.QUIET, out: `results/${scenario}-${target}-r1.json`, ...args };
    return run(
      process.execPath,
      ['bench.mjs', scenario, ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])],
      {},
      folder,
    );
  };
  const driverOf = (server: ServerProcess, tokens: string) => ({
    driver: path.join(projectRoot, 'bench/peers/parlance.mjs'),
    url: server.url,
    tokens,
    // It counts what is below each, so that Postgres would be counted twice.
    pids: outermost(server.pids()).join(','),
  });
  const ensureInstalled = async (target: string): Promise<void> => {
    if (target.startsWith('ejabberd') && !existsSync('/usr/sbin/ejabberdctl'))
      await install(['ejabberd', 'erlang-p1-pgsql', 'postgresql-15']);
    if (target.startsWith('prosody') && !existsSync('/usr/bin/prosody'))
      await install(['prosody', 'lua-dbi-postgresql', 'lua-dbi-sqlite3', 'postgresql-15']);
  };
  const readGroup = (target: string): GroupPeerResult => {
    const file = readFileSync(path.join(folder, `results/s2-${target}-r1.json`), 'utf8');
    return { target, steps: (JSON.parse(file) as { results: GroupPeerStep[] }).results };
  };
  const groupArgs = (members: number) => ({ members: String(members), rates: rates.ours.join(',') });
  return {
    ours: async (server, tokens) => {
      await bench('s1', 'parlance', {
        ...driverOf(server, tokens),
        rates: rates.ours.join(','),
        bisect: env.BISECT,
      });
      return read('s1-parlance-r1.json', 'parlance');
    },
    peer: async (target) => {
      await ensureInstalled(target);
      await run('./run-peers.sh', [target, 's1', '1'], env, folder);
      return read(`s1-${target}-r1.json`, target);
    },
    ourGroup: async (server, tokens, members) => {
      await bench('s2', 'parlance', { ...driverOf(server, tokens), ...groupArgs(members) });
      return readGroup('parlance');
    },
    peerGroup: async (target, members) => {
      await ensureInstalled(target);
      const control = (command: string): Promise<void> =>
        run(path.join(folder, 'ctl.sh'), [command, target], env, folder);
      await control('reset');
      try {
        const { stdout } = spawnSync(path.join(folder, 'ctl.sh'), ['pids', target], {
          cwd: folder,
          env: { ...process.env, ...env },
          encoding: 'utf8',
        });
        const url = target.startsWith('ejabberd') ? 'ws://127.0.0.1:55280/ws' : 'ws://127.0.0.1:56280/xmpp-websocket';
        await bench('s2', target, { driver: 'xmpp', url, pids: stdout.trim(), ...groupArgs(members) });
      } finally {
        await control('stop');
      }
      return readGroup(target);
    },
    dispose: () => {
      runQuietly(path.join(folder, 'ctl.sh'), ['stop-all'], folder, { PB_RT: state });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian's packages of a peer, as root; their own services stay off. */
async function install(packages: readonly string[]): Promise<void> {
  await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

function runQuietly(
  command: string,
  args: readonly string[],
  cwd = projectRoot,
  env: Readonly<Record<string, string>> = {},
): void {
  spawnSync(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** CPU milliseconds a message with its receipt, in the closed loop: its steadiest figure. */
export function cpuOf({ steps }: PeerResult): number | undefined {
  return steps.find((step) => step.kind === 'closed' && step.receipts === true)?.cpuMsPerMsg;
}

export function peerTable(peers: readonly PeerResult[]): string {
  const rows = peers.flatMap(({ target, highestRate, steps }) =>
    steps.map((step) => [
      target,
      step.kind === 'open' ? 'open' : step.receipts === true ? 'closed, receipts' : 'closed, no receipts',
      step.rate ?? step.throughput ?? null,
      step.deliver.p50,
      step.deliver.p99,
      step.receipt?.p99 ?? null,
      step.lost ?? 0,
      step.cpuMsPerMsg,
      highestRate,
    ]),
  );
  return table(
    [
      'server',
      'load',
      'rate/s',
      'deliver p50',
      'p99',
      'receipt p99',
      'lost',
      'CPU ms/msg',
      'highest rate, p99 < 100 ms',
    ],
    rows,
  );
}

export function groupPeerTable(peers: readonly GroupPeerResult[]): string {
  const rows = peers.flatMap(({ target, steps }) =>
    steps.map((step) => [
      target,
      step.kind,
      step.rate,
      step.all.p50,
      step.all.p99,
      step.missingDeliveries,
      step.dup,
      step.deliveriesPerSec,
      step.cpuUsPerDelivery,
    ]),
  );
  return table(
    ['server', 'load', 'messages/s', 'all have it p50', 'p99', 'lost', 'dup', 'deliveries/s', 'CPU us/delivery'],
    rows,
  );
}
