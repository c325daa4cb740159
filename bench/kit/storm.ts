import { flags } from '../../test/kit/arguments.js';
import { sleep } from './accounts.js';
import { startDriver } from './driverProcess.js';
import { prepare, processesOf, withServer } from './environment.js';
import { counter, distribution, meter, quiet, residentKb, table } from './measure.js';
import type { StormTask } from './stormTask.js';

const SAMPLE_MS = 100;

/**
 * Devices that drop and come back within seconds, while each sends a message: how long until all are live again, with every
 * message of theirs seen once and in order, and how much presence is told meanwhile.
 */
export async function benchStorm(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    devices: { type: 'string' },
    seconds: { type: 'string' },
    contacts: { type: 'string' },
    drivers: { type: 'string' },
    settle: { type: 'string' },
    quiet: { type: 'string' },
    redis: { type: 'string' },
  });
  const drivers = Math.max(1, given.number('drivers', 2));
  const each = Math.ceil(given.number('devices', 5_000) / drivers / 2) * 2;
  const seconds = given.number('seconds', 10);
  const contacts = given.number('contacts', 20);
  const settleMs = given.number('settle', 5) * 1000;
  const accounts = each * drivers;
  const redis = given.text('redis');
  const env = redis === undefined ? {} : { REDIS_URL: redis };
  const prepared = await prepare('bench-storm', { accounts, conversations: accounts / 2, messages: 0 }, env);
  return withServer(prepared, async (server) => {
    const processes = processesOf(server);
    const opened = counter(drivers);
    const over = counter(drivers);
    const running = Array.from({ length: drivers }, (_, index) => {
      const { url } = server;
      const { tokens } = prepared;
      const task: StormTask = { kind: 'storm', url, tokens, from: index * each, count: each, seconds, contacts };
      return startDriver(task, (event) => ((event as { phase: string }).phase === 'open' ? opened : over).one());
    });
    const results = Promise.all(running.map((driver) => driver.result));
    await Promise.race([opened.all, results]);
    await sleep(settleMs);
    await quiet(processes, given.number('quiet', 20));

    const before = await notices(server.url);
    const calmKb = residentKb(server.pid);
    let peakKb = calmKb;
    const sampling = setInterval(() => (peakKb = Math.max(peakKb, residentKb(server.pid))), SAMPLE_MS);
    const readCpu = meter(processes);
    for (const driver of running) driver.next();
    await Promise.race([over.all, results]);
    const cpu = readCpu();
    clearInterval(sampling);
    // What the last changes came to is told within a second.
    await sleep(2_000);
    const after = await notices(server.url);
    for (const driver of running) driver.next();
    const found = await results;

    const sum = (of: (result: (typeof found)[number]) => number): number =>
      found.reduce((total, result) => total + of(result), 0);
    const allLiveMs = Math.max(...found.map((result) => result.allLiveMs));
    const figures = {
      devices: sum((result) => result.devices),
      allLiveSeconds: round(allLiveMs / 1000),
      backMs: distribution(found.flatMap((result) => result.backMs)),
      sent: sum((result) => result.sent),
      seen: sum((result) => result.seen),
      lost: sum((result) => result.lost),
      duplicated: sum((result) => result.duplicated),
      initialPresences: after.initial - before.initial,
      presenceChanges: after.change - before.change,
      offlineTold: sum((result) => result.offlineTold),
      calmMb: round(calmKb / 1024),
      peakMb: round(peakKb / 1024),
      cpuMs: cpu.trees,
      otherCores: cpu.otherCores,
      errors: sum((result) => result.errors),
      firstError: found.map((result) => result.firstError).find((error) => error !== undefined),
    };
    console.log(
      table(
        ['figure', 'value'],
        Object.entries(figures).map(([name, value]) => [
          name,
          typeof value === 'object' ? JSON.stringify(value) : (value ?? null),
        ]),
      ),
    );
    given.json(figures);
    const whole = figures.devices === accounts && figures.sent === accounts && figures.seen === accounts * 2;
    const clean = figures.errors === 0 && figures.lost === 0 && figures.duplicated === 0;
    // Nobody was away for the minute that makes it a fact.
    const calm = figures.offlineTold === 0 && figures.presenceChanges === 0;
    if (!whole || !clean) process.stderr.write(`${server.output()}\n`);
    if (!whole || !clean) console.log('not every device came back, or not every message reached its two devices once');
    if (!calm) console.log('presence was told of devices that were away for seconds only');
    console.log(
      `${figures.devices} devices dropped and came back within ${seconds} s: all live after ${figures.allLiveSeconds} s ` +
        `(each p50 ${figures.backMs.p50 ?? '-'} ms, p99 ${figures.backMs.p99 ?? '-'} ms), peak ${figures.peakMb} MB, ` +
        `presence: ${figures.initialPresences} initial, ${figures.presenceChanges} changes; ` +
        `${figures.sent} messages, lost ${figures.lost} duplicated ${figures.duplicated} errors ${figures.errors}`,
    );
    return whole && clean && calm;
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Presences that the server has told so far, from its metrics. */
async function notices(url: string): Promise<{ readonly initial: number; readonly change: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (kind: string): number =>
    Number(new RegExp(`^parlance_presence_notices_total\\{kind="${kind}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { initial: of('initial'), change: of('change') };
}
