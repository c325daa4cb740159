import { readFileSync, readdirSync } from 'node:fs';

/** CPU and memory of process trees from /proc. Linux only, where the kernel counts in hundredths of a second. */
interface Stat {
  readonly parent: number;
  readonly ticks: number;
}

function statOf(pid: string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // utime and stime, and cutime and cstime: those of children that have been reaped.
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}

/** Every process by its parent. */
function processes(): { readonly all: Map<number, Stat>; readonly children: Map<number, number[]> } {
  const all = new Map<number, Stat>();
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat === undefined) continue;
    all.set(Number(name), stat);
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(name)]);
  }
  return { all, children };
}

/**
 * Milliseconds of CPU that each root and its descendants have used so far. A root below another one, as Postgres is below
 * the server that started it, counts once: as itself.
 */
export function cpuMs(roots: readonly number[]): number[] {
  const { all, children } = processes();
  return roots.map((root) => {
    let ticks = 0;
    const queue = [root];
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      ticks += all.get(pid)?.ticks ?? 0;
      queue.push(...(children.get(pid) ?? []).filter((child) => !roots.includes(child)));
    }
    return ticks * 10;
  });
}

/** Those of the processes that are below none of the others. */
export function outermost(pids: readonly number[]): number[] {
  const { all } = processes();
  const isBelow = (pid: number): boolean => {
    const parent = all.get(pid)?.parent;
    return parent !== undefined && (pids.includes(parent) || isBelow(parent));
  };
  return pids.filter((pid) => !isBelow(pid));
}

/** Resident kilobytes of one process. */
export function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
}

export interface NamedProcess {
  readonly name: string;
  readonly pid: number;
}

/** Milliseconds that all CPUs together have worked since the machine started. */
function machineMs(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]!.trim().split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields.map(Number);
  return (user + nice + system + irq + softirq) * 10;
}

const ownMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export interface Usage {
  /** CPU milliseconds of each tree. */
  readonly trees: Record<string, number>;
  /** CPU milliseconds of this process. */
  readonly driver: number;
  /** CPUs that everybody else kept busy: what a figure taken beside a neighbour suffers from. */
  readonly otherCores: number;
}

/** Measures what the named trees, this process and the rest of the machine use from now on. */
export function meter(named: readonly NamedProcess[]): () => Usage {
  const pids = named.map(({ pid }) => pid);
  const before = cpuMs(pids);
  const started = { at: performance.now(), machine: machineMs(), own: ownMs() };
  return () => {
    const after = cpuMs(pids);
    const used = named.map(({ name }, index) => [name, (after[index] ?? 0) - (before[index] ?? 0)] as const);
    const driver = ownMs() - started.own;
    const known = used.reduce((sum, [, ms]) => sum + ms, driver);
    const others = (machineMs() - started.machine - known) / (performance.now() - started.at);
    return { trees: Object.fromEntries(used), driver, otherCores: Math.round(Math.max(0, others) * 100) / 100 };
  };
}

/** Waits, but not for ever, until the neighbours on this machine are still. */
export async function quiet(named: readonly NamedProcess[], mostSeconds: number): Promise<void> {
  const limit = performance.now() + mostSeconds * 1000;
  while (performance.now() < limit) {
    const read = meter(named);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    if (read().otherCores < 0.3) return;
  }
}

export interface Distribution {
  readonly n: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export function distribution(values: Iterable<number>): Distribution {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number | null => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return value === undefined ? null : Math.round(value * 100) / 100;
  };
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Rows as an aligned table; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))];
  const width = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(width[0] ?? 0) : cell.padStart(width[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

/** `all` resolves with the last of so many. */
export function counter(until: number): { one(): void; readonly all: Promise<void> } {
  let count = 0;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  return {
    all,
    one: () => {
      if (++count === until) done();
    },
  };
}
