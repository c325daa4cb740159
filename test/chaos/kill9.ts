import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readDevices, type SeededDevice } from '../../bench/kit/accounts.js';
import { run } from '../../bench/kit/environment.js';
import { flags, UsageError, type Flags } from '../kit/arguments.js';
import { connect } from '../kit/client.js';
import { startConversation } from '../kit/documents.js';
import {
  bundle,
  freePort,
  removeData,
  startServer,
  temporaryFolder,
  type ServerProcess,
} from '../kit/serverProcess.js';
import { check, type Verdict } from './checker.js';
import { durability, openDatabase } from './database.js';
import { startDevice } from './device.js';
import { openJournal, type Journal } from './journal.js';
import { startLoad, textOf, type Conversation } from './load.js';
import { expectedCounts, observe, replayAll, settle } from './observe.js';
import { isSabotage, sabotage, sabotages } from './sabotage.js';

const minimumInFlight = 20;

interface Setup {
  readonly options: ReturnType<typeof read>;
  readonly seeded: readonly SeededDevice[];
  readonly journal: Journal;
  readonly server: () => ServerProcess;
  readonly onFatal: (error: Error) => void;
}

function read(given: Flags) {
  const kind = given.text('sabotage');
  if (kind !== undefined && !isSabotage(kind))
    throw new UsageError(`--sabotage takes ${sabotages.join(', ')}, not "${kind}".`);
  const accounts = given.number('accounts', 12);
  if (accounts < 4) throw new UsageError('--accounts takes 4 or more.');
  return {
    messages: given.number('messages', 40_000),
    kills: given.number('kills', 10),
    accounts,
    outstanding: Math.max(minimumInFlight, given.number('outstanding', 48)),
    sabotage: kind,
    keep: given.text('keep'),
  };
}

/**
 * SIGKILL under load, of the server alone and of everything with Postgres by turns, and a restart each time; then every
 * promise is checked against what the drivers wrote down.
 */
export async function kill9(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    messages: { type: 'string' },
    kills: { type: 'string' },
    accounts: { type: 'string' },
    outstanding: { type: 'string' },
    sabotage: { type: 'string' },
    keep: { type: 'string' },
  });
  const options = read(given);
  const dataDir = options.keep === undefined ? temporaryFolder('chaos') : emptyFolder(options.keep);
  const notes = temporaryFolder('chaos-journal');
  const env = { ACCESS_TOKEN_TTL_SECONDS: '86400', RATE_LIMITS: 'off' };
  const tokens = path.join(notes, 'tokens.jsonl');
  const seedFlags = [
    '--accounts',
    String(options.accounts),
    '--conversations',
    '0',
    '--messages',
    '0',
    '--devices-per-account',
    '2',
  ];
  let server: ServerProcess | undefined;
  try {
    await run(process.execPath, [bundle('src/main/seed.ts'), ...seedFlags, '--tokens', tokens], {
      ...env,
      DATA_DIR: dataDir,
    });
    const port = await freePort();
    const start = async (): Promise<ServerProcess> => (server = await startServer({ dataDir, port, env }));
    await start();
    const journal = openJournal(path.join(notes, 'journal.jsonl'));
    const fatal: { error?: Error } = {};
    const setup: Setup = {
      options,
      seeded: readDevices(tokens),
      journal,
      server: () => server!,
      onFatal: (error) => {
        fatal.error ??= error;
        process.stderr.write(`${error.message}\n`);
      },
    };
    const storm = await rage(setup, start);
    const { verdict, settings } = await judge(setup, dataDir);
    journal.close();
    return conclude(given, options, { ...storm, verdict, settings, fatal: fatal.error?.message });
  } finally {
    await server?.stop();
    await removeData(notes);
    if (options.keep === undefined) await removeData(dataDir);
  }
}

interface Storm {
  readonly devices: number;
  readonly kills: readonly { readonly what: string; readonly inFlight: number; readonly restartMs: number }[];
  readonly seconds: number;
  readonly throughAnotherDevice: number;
}

async function rage(setup: Setup, restart: () => Promise<ServerProcess>): Promise<Storm> {
  const { options, journal, server } = setup;
  const conversations = await startConversations(setup);
  const devices = await Promise.all(
    setup.seeded.map((seeded, index) => startDevice(deviceOptions(setup, seeded, index))),
  );
  for (const device of devices) journal.append({ k: 'device', device: device.id, account: device.account });
  const begun = performance.now();
  const dropEvery = Math.max(50, Math.floor(options.messages / 100));
  const load = startLoad({
    devices,
    conversations,
    journal,
    messages: options.messages,
    outstanding: options.outstanding,
    dropEvery,
  });
  const kills: Storm['kills'][number][] = [];
  for (let n = 0; n < options.kills; n++) {
    await load.reached(Math.floor((options.messages * (n + 1)) / (options.kills + 1)));
    while (load.inFlight < minimumInFlight) await new Promise((resolve) => setImmediate(resolve));
    const what = n % 2 === 0 ? 'server' : 'everything';
    const inFlight = load.inFlight;
    journal.append({ k: 'killed', what, inFlight });
    await server().kill9(what);
    const down = performance.now();
    await restart();
    kills.push({ what, inFlight, restartMs: Math.round(performance.now() - down) });
    process.stderr.write(
      `kill ${n + 1}: ${what}, ${inFlight} in flight, ${load.acknowledged} acknowledged, up again after ${kills.at(-1)!.restartMs} ms\n`,
    );
  }
  await load.reached(options.messages);
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  await settle(devices, expectedCounts(conversations, options.messages));
  await replayAll(devices, (index) => deviceOptions(setup, setup.seeded[index]!, index));
  for (const device of devices) device.stop();
  return { devices: devices.length, kills, seconds, throughAnotherDevice: load.throughAnotherDevice };
}

function deviceOptions(setup: Setup, seeded: SeededDevice, index: number) {
  // Some accounts read at once, some now and then, some never: unread counts of every size.
  const every = [1, 9, 4001][Math.floor(index / 2) % 3] ?? 1;
  return {
    url: () => setup.server().url,
    seeded,
    journal: setup.journal,
    textOf,
    reads: (seq: number) => seq % every === 0,
    onFatal: setup.onFatal,
  };
}

/** Each account with the next three around the circle. */
async function startConversations({ seeded, server, journal }: Setup): Promise<Conversation[]> {
  const firsts = [...Map.groupBy(seeded, (device) => device.account).values()].map((devices) => devices[0]!);
  const found = new Map<string, Conversation>();
  for (const [index, starter] of firsts.entries()) {
    const client = await connect(server().url, { token: starter.accessToken });
    for (const step of [1, 2, 3]) {
      const other = firsts[(index + step) % firsts.length]!;
      const id = await startConversation(client, other.account);
      if (!found.has(id)) journal.append({ k: 'conversation', id, members: [starter.account, other.account] });
      found.set(id, { id, members: [starter.account, other.account] });
    }
    client.close();
  }
  return [...found.values()];
}

async function judge(setup: Setup, dataDir: string): Promise<{ verdict: Verdict; settings: Record<string, string> }> {
  const database = await openDatabase(dataDir);
  try {
    let journal: ReturnType<Journal['read']> | readonly never[] = setup.journal.read();
    if (setup.options.sabotage !== undefined)
      journal = [...(await sabotage(setup.options.sabotage, database, journal))];
    return {
      verdict: check(journal, await observe(database, setup.seeded, setup.server().url)),
      settings: { ...(await durability(database)) },
    };
  } finally {
    await database.end();
  }
}

interface Report extends Storm {
  readonly verdict: Verdict;
  readonly settings: Record<string, string>;
  readonly fatal: string | undefined;
}

function conclude(given: Flags, options: Setup['options'], report: Report): boolean {
  const { verdict, settings, kills } = report;
  const durable = Object.values(settings).every((setting) => setting === 'on');
  console.log(
    Object.entries(settings)
      .map(([name, setting]) => `${name} ${setting}`)
      .join(', '),
  );
  console.log(
    `in flight at the kills: ${kills.map((kill) => kill.inFlight).join(' ')}; restarts of ${kills.map((kill) => kill.restartMs).join(' ')} ms; ` +
      `${report.throughAnotherDevice} sends repeated through another device; ${report.seconds} s`,
  );
  for (const finding of verdict.findings) console.log(finding);
  if (report.fatal !== undefined) console.log(report.fatal);
  if (options.sabotage !== undefined) console.log(`sabotage ${options.sabotage} was planted`);
  given.json({ options, ...report });
  console.log(
    `lost ${verdict.lost} duplicated ${verdict.duplicated} reordered ${verdict.reordered} unread-mismatches ${verdict.unreadMismatches}, ` +
      `${verdict.acknowledged} acknowledged, ${report.devices} devices, ${kills.length} kills`,
  );
  const zeros = verdict.lost + verdict.duplicated + verdict.reordered + verdict.unreadMismatches === 0;
  return (
    zeros &&
    durable &&
    report.fatal === undefined &&
    verdict.acknowledged === options.messages &&
    kills.every((kill) => kill.inFlight >= minimumInFlight)
  );
}

function emptyFolder(folder: string): string {
  const absolute = path.resolve(folder);
  mkdirSync(absolute, { recursive: true });
  if (readdirSync(absolute).length > 0 || !existsSync(absolute))
    throw new UsageError(`--keep takes an empty or a new folder, and ${absolute} is not empty.`);
  return absolute;
}
