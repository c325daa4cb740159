import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../platform/lifecycle/index.js';
import type { Engine, Site } from './engine.js';
import { engines } from './list.js';
import { removeRecord, runningRecord, writeRecord, type EngineRecord } from './record.js';
import { freePort, lastWords } from './tools.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Say = (line: string) => void;

const STOP_BOUND_MS = 30_000;

const usage = (): StartError =>
  new StartError(
    `usage: npm run engines -- up NAME… | down [NAME…] | status   (${engines.map(({ name }) => name).join(', ')})`,
  );

/** stdout has only lines that a shell can read; everything else is said on stderr. */
export async function runEngines(args: readonly string[], env: Environment): Promise<boolean> {
  const [command, ...names] = args;
  const chosen = names.map((name) => engines.find((engine) => engine.name === name) ?? name);
  const unknown = chosen.find((engine) => typeof engine === 'string');
  if (unknown !== undefined) throw new StartError(`There is no engine "${unknown}".\n${usage().message}`);
  const known = chosen.filter((engine) => typeof engine !== 'string');
  const print: Say = (line) => process.stdout.write(`${line}\n`);
  const say: Say = (line) => process.stderr.write(`${line}\n`);
  switch (command) {
    case 'up': {
      if (known.length === 0) throw usage();
      for (const engine of engines.filter((each) => known.includes(each))) {
        const { env: exported } = await up(engine, env, say);
        for (const [name, value] of Object.entries(exported)) print(`export ${name}=${value}`);
      }
      return true;
    }
    case 'down': {
      const stopped = await Promise.all(
        (known.length === 0 ? engines : known).map((engine) => down(engine, folderOf(engine, env), say)),
      );
      return stopped.every(Boolean);
    }
    case 'status':
      for (const engine of engines) {
        const record = runningRecord(folderOf(engine, env));
        const state = record === undefined ? 'down' : `up on 127.0.0.1:${record.port}, pid ${record.pid}`;
        print(`${engine.name.padEnd(12)} ${state}`);
      }
      return true;
    default:
      throw usage();
  }
}

async function up(engine: Engine, env: Environment, say: Say): Promise<EngineRecord> {
  const folder = folderOf(engine, env);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const running = runningRecord(folder);
  if (running !== undefined) {
    say(`${engine.name} is up already, pid ${running.pid}`);
    return running;
  }
  const site: Site = { folder, port: await freePort(), cache: cacheOf(env), say };
  await engine.install(site);
  const record = writeRecord(folder, await engine.start(site), site.port);
  const until = performance.now() + engine.startBoundMs;
  while (!(await engine.answers(site))) {
    if (runningRecord(folder) === undefined || performance.now() > until) {
      const gone = runningRecord(folder) === undefined;
      await down(engine, folder, say);
      throw new StartError(`${engine.name} ${gone ? 'ended' : 'does not answer'}:\n${lastWords(site)}`);
    }
    await delay(20);
  }
  say(`${engine.name} is up, pid ${record.pid}, data in ${folder}`);
  return record;
}

/** Ends the process that `up` has recorded, and no other. @returns false when it is still there */
async function down(engine: Engine, folder: string, say: Say): Promise<boolean> {
  const record = runningRecord(folder);
  if (record === undefined) {
    removeRecord(folder);
    return true;
  }
  const began = performance.now();
  let killed = false;
  process.kill(record.pid, engine.stopSignal);
  while (runningRecord(folder) !== undefined) {
    const passed = performance.now() - began;
    if (passed > STOP_BOUND_MS && !killed) {
      process.kill(record.pid, 'SIGKILL');
      killed = true;
    }
    if (passed > 2 * STOP_BOUND_MS) {
      say(`${engine.name}, pid ${record.pid}, does not end`);
      return false;
    }
    await delay(20);
  }
  removeRecord(folder);
  say(`${engine.name} is down${killed ? ', killed' : ''}`);
  return true;
}

function folderOf(engine: Engine, env: Environment): string {
  return path.resolve(env['DATA_DIR'] ?? './data', 'engines', engine.name);
}

function cacheOf(env: Environment): string {
  const caches = env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  return path.resolve(env['ENGINES_CACHE'] ?? path.join(caches, 'parlance-engines'));
}
