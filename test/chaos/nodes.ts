import path from 'node:path';
import pg from 'pg';
import { readDevices, type SeededDevice } from '../../bench/kit/accounts.js';
import { flags, UsageError, type Flags } from '../kit/arguments.js';
import { connect } from '../kit/client.js';
import { createGroup, startConversation } from '../kit/documents.js';
import { removeData, temporaryFolder } from '../kit/serverProcess.js';
import { check, type Verdict } from './checker.js';
import { bare, durability, readLog } from './database.js';
import { startDevice, type DeviceOptions } from './device.js';
import { openJournal, type Journal } from './journal.js';
import { startLoad, textOf, type Conversation, type Load } from './load.js';
import { draws, plan } from './nodes/faults.js';
import { openFleet, seedFleet, type Fleet, type Node } from './nodes/fleet.js';
import { changesDocument } from './nodes/operations.js';
import { startUnrest, type Group } from './nodes/unrest.js';
import { observe, replayAll, settle } from './observe.js';
import { changeSabotages, isSabotage, sabotage } from './sabotage.js';
import { toldCounts } from './told.js';

/** A client gives an answer this long, then tries the other node. */
const PATIENCE_MS = 3_000;
/** So that faults, which take their time, all meet the load. */
const PER_SECOND = 250;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Setup {
  readonly options: ReturnType<typeof read>;
  readonly fleet: Fleet;
  readonly seeded: readonly SeededDevice[];
  readonly journal: Journal;
  readonly onFatal: (error: Error) => void;
}

function read(given: Flags) {
  const kind = given.text('sabotage');
  if (kind !== undefined && !isSabotage(kind, changeSabotages))
    throw new UsageError(`--sabotage takes ${changeSabotages.join(', ')}, not "${kind}".`);
  const devices = given.number('devices', 64);
  if (devices < 8 || devices % 2 !== 0) throw new UsageError('--devices takes an even number of 8 or more.');
  return {
    /** At the least; the load goes on until the last fault is over. */
    messages: given.number('messages', 8_000),
    faults: given.number('faults', 20),
    devices,
    seed: given.number('seed', 1),
    sabotage: kind,
  };
}

/**
 * Two nodes on one Postgres and one Redis under load: nodes are killed, cut off from an engine, and Redis is emptied; then
 * every promise is checked against what the drivers wrote down.
 */
export async function nodes(args: readonly string[]): Promise<boolean> {
  const text = { type: 'string' } as const;
  const given = flags(args, { messages: text, faults: text, devices: text, seed: text, sabotage: text });
  const options = read(given);
  const notes = temporaryFolder('nodes-journal');
  let fleet: Fleet | undefined;
  try {
    fleet = await openFleet({ ACCESS_TOKEN_TTL_SECONDS: '86400' });
    const tokens = path.join(notes, 'tokens.jsonl');
    await seedFleet(fleet, {
      accounts: options.devices / 2,
      conversations: 0,
      messages: 0,
      'devices-per-account': 2,
      tokens,
    });
    const fatal: { error?: Error } = {};
    const journal = openJournal(path.join(notes, 'journal.jsonl'));
    const setup: Setup = {
      options,
      fleet,
      seeded: readDevices(tokens),
      journal,
      onFatal: (error) => {
        fatal.error ??= error;
        process.stderr.write(`${error.message}\n`);
      },
    };
    const storm = await rage(setup);
    const judged = await judge(setup);
    journal.close();
    return conclude(given, options, { ...storm, ...judged, fatal: fatal.error?.message });
  } finally {
    await fleet?.close();
    await removeData(notes);
  }
}

interface Storm {
  readonly messages: number;
  /** Edits, deletions, reactions, joins and leaves. */
  readonly changes: number;
  readonly faults: readonly string[];
  readonly seconds: number;
  readonly throughAnotherDevice: number;
  /** Nodes that did not answer after the last fault, or ended by themselves. */
  readonly broken: readonly string[];
}

async function rage(setup: Setup): Promise<Storm> {
  const { options, journal, fleet } = setup;
  const conversations = await startConversations(setup);
  const groups = await startGroups(setup);
  const devices = await Promise.all(setup.seeded.map((_, index) => startDevice(deviceOptions(setup, index))));
  for (const device of devices) journal.append({ k: 'device', device: device.id, account: device.account });
  const begun = performance.now();
  const unrest = startUnrest({
    devices,
    groups,
    journal,
    draw: draws(options.seed + 1),
    patienceMs: PATIENCE_MS,
    onFatal: setup.onFatal,
  });
  const load = startLoad({
    devices,
    conversations: [...conversations, ...groups],
    journal,
    onAccepted: unrest.offer,
    outstanding: 256,
    dropEvery: 97,
    patienceMs: PATIENCE_MS,
    perSecond: PER_SECOND,
  });
  const broken: string[] = [];
  const faults = await breakThings(setup, load, broken);
  await load.reached(options.messages);
  await unrest.finish();
  const messages = await load.finish();
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  await settle(devices, await expectedOf(setup), ({ told }) => told);
  for (const node of fleet.nodes)
    if (!(await isReady(node.url))) broken.push(`${node.name} is not ready after the storm`);
  broken.push(...fleet.nodes.flatMap(maskedFaults));
  await replayAll(devices, (index) => deviceOptions(setup, index));
  for (const device of devices) device.stop();
  return { messages, changes: unrest.done, faults, seconds, throughAnotherDevice: load.throughAnotherDevice, broken };
}

/** One fault after another, spread over the load. */
async function breakThings({ options, journal, fleet }: Setup, load: Load, broken: string[]): Promise<string[]> {
  const faults = plan(fleet, options.faults, draws(options.seed));
  for (const [n, fault] of faults.entries()) {
    // A calm first, in which everything goes on.
    await load.reached(load.acknowledged + PER_SECOND);
    for (const node of fleet.nodes)
      if (!node.up) {
        broken.push(`${node.name} ended by itself before fault ${n + 1}:\n${node.output()}`);
        await node.start();
      }
    journal.append({ k: 'fault', what: fault.what });
    const before = load.acknowledged;
    const heal = await fault.begin();
    await pause(fault.ms);
    for (const node of fleet.nodes) broken.push(...maskedFaults(node));
    const ending = performance.now();
    await heal();
    const healed = Math.round(performance.now() - ending);
    process.stderr.write(
      `fault ${n + 1}: ${fault.what} for ${fault.ms} and ${healed} ms, ${load.acknowledged - before} acknowledged meanwhile, ${load.acknowledged} in all\n`,
    );
  }
  return faults.map(({ what }) => what);
}

/** What the server itself did not expect: an engine that is away is not among it. */
function maskedFaults(node: Node): string[] {
  return node
    .output()
    .split('\n')
    .filter((line) => line.includes('a fault was masked'))
    .map((line) => {
      const { err } = JSON.parse(line) as { err?: { type?: string; message?: string; stack?: string } };
      return `${node.name} masked: ${err?.type ?? ''} ${err?.message ?? ''} ${err?.stack?.split('\n')[1]?.trim() ?? ''}`;
    });
}

async function isReady(url: string): Promise<boolean> {
  const until = performance.now() + 20_000;
  while (performance.now() < until) {
    const ok = await fetch(`${url}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return true;
    await pause(100);
  }
  return false;
}

function deviceOptions({ fleet, seeded, journal, onFatal }: Setup, index: number): DeviceOptions {
  // Some accounts read at once, some now and then, some never: unread counts of every size.
  const every = [1, 9, 4001][Math.floor(index / 2) % 3] ?? 1;
  let tries = index;
  return {
    // The other node at each attempt.
    url: () => fleet.nodes[tries++ % 2 === 0 ? 0 : 1].url,
    seeded: seeded[index]!,
    journal,
    textOf,
    reads: (seq) => seq % every === 0,
    onFatal,
    patienceMs: PATIENCE_MS,
    document: changesDocument,
  };
}

/** Each account with the next three around the circle. */
async function startConversations({ fleet, seeded, journal }: Setup): Promise<Conversation[]> {
  const firsts = [...Map.groupBy(seeded, (device) => device.account).values()].map((devices) => devices[0]!);
  const conversations: Conversation[] = [];
  for (const [index, starter] of firsts.entries()) {
    const client = await connect(fleet.nodes[index % 2 === 0 ? 0 : 1].url, { token: starter.accessToken });
    for (const step of [1, 2, 3]) {
      const other = firsts[(index + step) % firsts.length]!;
      const id = await startConversation(client, other.account);
      if (conversations.some((one) => one.id === id)) continue;
      conversations.push({ id, members: [starter.account, other.account] });
      journal.append({ k: 'conversation', id, members: [starter.account, other.account] });
    }
    client.close();
  }
  return conversations;
}

/** Of every four accounts one group: two who write, and two who come and go. */
async function startGroups({ fleet, seeded, journal }: Setup): Promise<Group[]> {
  const firsts = [...Map.groupBy(seeded, (device) => device.account).values()].map((devices) => devices[0]!);
  const groups: Group[] = [];
  for (let from = 0; from + 4 <= firsts.length; from += 4) {
    const [owner, other, ...floating] = firsts.slice(from, from + 4).map(({ account }) => account) as [string, string];
    const client = await connect(fleet.nodes[0].url, { token: firsts[from]!.accessToken });
    const id = await createGroup(client, `group ${from}`, [other, ...floating]);
    client.close();
    groups.push({ id, owner, members: [owner, other], floating });
    journal.append({ k: 'conversation', id, members: [owner, other, ...floating] });
  }
  return groups;
}

async function withDatabase<T>({ fleet }: Setup, work: (database: pg.Client) => Promise<T>): Promise<T> {
  const database = new pg.Client(fleet.databaseUrl);
  await database.connect();
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

/** By the device's account, how many things it is told of. */
async function expectedOf(setup: Setup): Promise<ReadonlyMap<string, number>> {
  const accounts = [...new Set(setup.seeded.map(({ account }) => account))];
  const log = await withDatabase(setup, readLog);
  const counts = toldCounts(log, accounts.map(bare));
  return new Map(accounts.map((account) => [account, counts.get(bare(account)) ?? 0]));
}

async function judge(setup: Setup): Promise<{ verdict: Verdict; settings: Record<string, string> }> {
  return withDatabase(setup, async (database) => {
    const kind = setup.options.sabotage;
    const written = setup.journal.read();
    const journal = kind === undefined ? written : await sabotage(kind, database, written);
    const observed = await observe(database, setup.seeded, setup.fleet.nodes[0].url);
    return {
      verdict: check(journal, observed, { receiptsInOrder: false }),
      settings: { ...(await durability(database)) },
    };
  });
}

interface Report extends Storm {
  readonly verdict: Verdict;
  readonly settings: Record<string, string>;
  readonly fatal: string | undefined;
}

function conclude(given: Flags, options: Setup['options'], report: Report): boolean {
  const { verdict, settings, faults } = report;
  for (const line of [
    ...verdict.findings,
    ...new Set(report.broken),
    ...(report.fatal === undefined ? [] : [report.fatal]),
  ])
    console.log(line);
  if (options.sabotage !== undefined) console.log(`sabotage ${options.sabotage} was planted`);
  given.json({ options, ...report });
  console.log(
    `lost ${verdict.lost} duplicated ${verdict.duplicated} reordered ${verdict.reordered} resurrected ${verdict.resurrected} ` +
      `unread-mismatches ${verdict.unreadMismatches} leaked-to-removed ${verdict.leakedToRemoved}, ` +
      `${verdict.acknowledged} acknowledged, ${report.changes} changes, ${options.devices} devices, ${faults.length} faults, ` +
      `${report.throughAnotherDevice} sends repeated through another device, ${report.seconds} s`,
  );
  return (
    total(verdict) === 0 &&
    Object.values(settings).every((setting) => setting === 'on') &&
    report.fatal === undefined &&
    report.broken.length === 0 &&
    verdict.acknowledged === report.messages
  );
}

const total = (verdict: Verdict): number =>
  verdict.lost +
  verdict.duplicated +
  verdict.reordered +
  verdict.resurrected +
  verdict.unreadMismatches +
  verdict.leakedToRemoved;
