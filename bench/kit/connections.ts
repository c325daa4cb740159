import { flags } from '../../test/kit/arguments.js';
import { sleep } from './accounts.js';
import { startDriver } from './driverProcess.js';
import { prepare, processesOf, withServer } from './environment.js';
import { counter, meter, quiet, residentKb, table } from './measure.js';

/**
 * Idle authenticated `updates` subscriptions, each of which has received one update. Memory is the growth of the
 * server process's resident set from before the first connection until the updates have come and it has settled.
 */
export async function benchConnections(args: readonly string[]): Promise<boolean> {
  const given = flags(args, {
    connections: { type: 'string' },
    drivers: { type: 'string' },
    width: { type: 'string' },
    settle: { type: 'string' },
    quiet: { type: 'string' },
    floor: { type: 'boolean' },
  });
  const drivers = Math.max(2, given.number('drivers', 2));
  const each = Math.ceil(given.number('connections', 18_000) / drivers / 2) * 2;
  const connections = each * drivers;
  const settleMs = given.number('settle', 5) * 1000;
  const prepared = await prepare('bench-connections', {
    accounts: connections,
    conversations: connections / 2,
    messages: 0,
  });
  return withServer(prepared, async (server) => {
    const processes = processesOf(server);
    await sleep(settleMs);
    await quiet(processes, given.number('quiet', 20));
    const baseKb = residentKb(server.pid);
    const readConnect = meter(processes);
    const started = performance.now();
    const opened = counter(drivers);
    const updated = counter(drivers);
    const running = Array.from({ length: drivers }, (_, index) =>
      startDriver(
        {
          kind: 'connections' as const,
          url: server.url,
          tokens: prepared.tokens,
          from: index * each,
          count: each,
          width: given.number('width', 64),
        },
        (event) => ((event as { phase: string }).phase === 'open' ? opened : updated).one(),
      ),
    );
    const results = Promise.all(running.map((driver) => driver.result));
    await Promise.race([opened.all, results]);
    const connectSeconds = (performance.now() - started) / 1000;
    const connectCpu = readConnect();
    await sleep(settleMs);
    const idleKb = residentKb(server.pid);
    for (const driver of running) driver.next();
    await Promise.race([updated.all, results]);
    await sleep(settleMs);
    const readIdle = meter(processes);
    await sleep(5000);
    const idleCpu = readIdle();
    const updatedKb = residentKb(server.pid);
    for (const driver of running) driver.next();
    const found = await results;
    const sum = (of: (result: (typeof found)[number]) => number): number =>
      found.reduce((total, result) => total + of(result), 0);
    const open = sum((result) => result.open);
    // A driver's own start is not the server's: each driver's rate is taken over its own connecting.
    const perSecond = Math.round(open / Math.max(...found.map((result) => result.connectSeconds)));
    const figures = {
      connections: open,
      withUpdate: sum((result) => result.withUpdate),
      failed: sum((result) => result.failed),
      closedEarly: sum((result) => result.closedEarly),
      firstError: found.map((result) => result.firstError).find((error) => error !== undefined),
      connectsPerSecond: perSecond,
      connectSeconds,
      baseKb,
      idleKb,
      updatedKb,
      kbPerConnection: Math.round(((updatedKb - baseKb) / Math.max(1, open)) * 10) / 10,
      kbPerConnectionBeforeUpdate: Math.round(((idleKb - baseKb) / Math.max(1, open)) * 10) / 10,
      connectCpuMs: connectCpu.trees,
      otherCoresWhileConnecting: connectCpu.otherCores,
      idleCpuMsPerSecond: Object.fromEntries(Object.entries(idleCpu.trees).map(([name, ms]) => [name, ms / 5])),
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
    const holds = open === connections && figures.withUpdate === open && figures.closedEarly === 0;
    if (!holds) console.log('not every connection was open and received its update');
    const floor = !given.on('floor') || (figures.kbPerConnection <= 15 && perSecond >= 1500);
    if (!floor) console.log('outside the aim: 15 KB/connection, 1500 connects/s');
    console.log(`${open} connections, ${figures.kbPerConnection} KB/connection, ${perSecond} connects/s`);
    return holds && floor;
  });
}
