import { readDevices, sleep, spread } from './accounts.js';
import { distribution, type Distribution } from './measure.js';
import { openMember, type Member } from './member.js';

/** Some members of one group. The first driver's first member is the one who sends. */
export interface GroupTask {
  readonly kind: 'group';
  readonly url: string;
  readonly tokens: string;
  readonly conversation: string;
  readonly from: number;
  readonly count: number;
  /** How many drivers share the members. */
  readonly drivers: number;
}

export interface GroupStep {
  /** Messages a second; 0: as fast as `outstanding` allows. */
  readonly rate: number;
  readonly outstanding: number;
  readonly warmSeconds: number;
  readonly seconds: number;
}

/** `at`: milliseconds of the clock that all processes of the machine share. */
interface Completion {
  readonly clientId: string;
  readonly at: number;
}

export type GroupOrder =
  | { readonly order: 'step'; readonly step: GroupStep }
  /** All members of another driver have these. */
  | { readonly order: 'completed'; readonly completed: readonly Completion[] }
  | { readonly order: 'end' };

export type GroupReport =
  | { readonly report: 'open' }
  | { readonly report: 'completed'; readonly completed: readonly Completion[] }
  /** Measuring begins. */
  | { readonly report: 'mark' }
  /** Measuring ends; what is outstanding drains. */
  | { readonly report: 'measured' }
  | { readonly report: 'step'; readonly result: GroupStepResult };

export interface GroupStepResult {
  readonly messages: number;
  readonly lost: number;
  readonly overloaded: boolean;
  /** From when a message was due until every member has it. */
  readonly all: Distribution;
  readonly answer: Distribution;
  /** Until its author is told that everybody has read it. */
  readonly read: Distribution;
  /** That every member had within the measured time, and how long that was. */
  readonly completed: number;
  readonly seconds: number;
}

export interface GroupResult {
  readonly faults: number;
  readonly firstFault: string | undefined;
  /** Newest sequence of each member. */
  readonly last: readonly number[];
}

interface Sample {
  readonly due: number;
  /** Drivers of which not all members have it. */
  missing: number;
  all: number;
  answered: number;
  read: number;
  seq: number;
}

const body = 'The quick brown fox jumps over the lazy dog, and then the message goes on for a while. ';
const addresses = 8;
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
const now = (): number => performance.now() + offset;

export async function runGroup(task: GroupTask, notify: (event: unknown) => void): Promise<GroupResult> {
  const report = (event: GroupReport): void => notify(event);
  const devices = readDevices(task.tokens).slice(task.from, task.from + task.count);
  const faults = { count: 0, first: undefined as string | undefined };
  const onFault = (what: string): void => {
    faults.count++;
    faults.first ??= what;
  };
  const counts = new Map<string, number>();
  const steps = stepper(task.drivers, report);
  const completed =
    task.from === 0 ? steps.completed : batched((batch) => report({ report: 'completed', completed: batch }));
  const onMessage = (clientId: string): void => {
    const count = (counts.get(clientId) ?? 0) + 1;
    if (count < devices.length) counts.set(clientId, count);
    else {
      counts.delete(clientId);
      completed({ clientId, at: now() });
    }
  };
  const members: Member[] = [];
  await spread(devices.length, 32, async (index) => {
    members[index] = await openMember(
      task.url,
      devices[index]!,
      { conversation: task.conversation, localAddress: `127.0.0.${2 + (index % addresses)}` },
      {
        onMessage,
        onFault,
        onEveryoneRead: task.from === 0 && index === 0 ? steps.everyoneRead : () => undefined,
      },
    );
  });
  report({ report: 'open' });
  await new Promise<void>((resolve) => {
    process.on('message', (message: GroupOrder) => {
      if (message.order === 'end') resolve();
      else if (message.order === 'completed') message.completed.forEach(steps.completed);
      else
        void steps.run(members[0]!, message.step).then(
          (result) => report({ report: 'step', result }),
          (error: unknown) => {
            throw error;
          },
        );
    });
  });
  const last = members.map((member) => member.last);
  for (const member of members) member.close();
  return { faults: faults.count, firstFault: faults.first, last };
}

/** What comes in one turn of the event loop is handed on together. */
function batched(give: (batch: readonly Completion[]) => void): (one: Completion) => void {
  let batch: Completion[] = [];
  return (one) => {
    batch.push(one);
    if (batch.length > 1) return;
    setImmediate(() => {
      const all = batch;
      batch = [];
      give(all);
    });
  };
}

/** One step after the other, as the sender sees them. */
function stepper(drivers: number, report: (event: GroupReport) => void) {
  let prefix = '';
  let runs = 0;
  let samples: Sample[] = [];
  let done = 0;
  let readUpTo = 0;
  let progress = 0;
  let onDone = (): void => undefined;
  const unread: Sample[] = [];

  const settleRead = (): void => {
    const at = now();
    while (unread.length > 0 && unread[0]!.seq <= readUpTo) unread.shift()!.read = at;
  };
  const send = (member: Member, due: number): void => {
    const sample: Sample = { due, missing: drivers, all: 0, answered: 0, read: 0, seq: 0 };
    const index = samples.push(sample) - 1;
    void member.send(`${prefix}${index}`, body + String(index)).then((seq) => {
      sample.answered = now();
      sample.seq = seq;
      unread.push(sample);
      settleRead();
    });
  };

  return {
    completed({ clientId, at }: Completion): void {
      if (!clientId.startsWith(prefix)) return;
      const sample = samples[Number(clientId.slice(prefix.length))];
      if (sample === undefined) return;
      sample.all = Math.max(sample.all, at);
      progress = now();
      if (--sample.missing > 0) return;
      done++;
      onDone();
    },
    everyoneRead(upTo: number): void {
      readUpTo = Math.max(readUpTo, upTo);
      settleRead();
    },
    async run(member: Member, step: GroupStep): Promise<GroupStepResult> {
      prefix = `g${Date.now().toString(36)}${runs++}-`;
      samples = [];
      done = 0;
      progress = now();
      const start = now() + 50;
      const markAt = start + step.warmSeconds * 1000;
      const endAt = markAt + step.seconds * 1000;
      let measuredFrom = 0;
      let overloaded = false;
      const mark = (): void => {
        report({ report: 'mark' });
        measuredFrom = now();
      };
      if (step.rate === 0) {
        onDone = () => {
          if (now() < endAt) send(member, now());
        };
        for (let count = 0; count < step.outstanding; count++) send(member, now());
        await sleep(markAt - now());
        mark();
        await sleep(endAt - now());
      } else {
        onDone = () => undefined;
        const total = Math.round(step.rate * (step.warmSeconds + step.seconds));
        while (samples.length < total && !overloaded) {
          const due = start + (samples.length * 1000) / step.rate;
          if (due > now()) {
            await sleep(1);
            continue;
          }
          if (measuredFrom === 0 && due >= markAt) mark();
          send(member, due);
          overloaded = samples.length - done > Math.max(50, step.rate * 4);
        }
        await sleep(Math.max(0, endAt - now()));
      }
      const measuredTo = now();
      report({ report: 'measured' });
      const pending = (): boolean => done < samples.length || unread.length > 0;
      while (pending() && now() - progress < 15_000) await sleep(5);
      const measured = samples.filter(({ due }) => due >= (step.rate === 0 ? measuredFrom : markAt));
      const since = (field: 'all' | 'answered' | 'read'): Distribution =>
        distribution(measured.filter((sample) => sample[field] > 0).map((sample) => sample[field] - sample.due));
      unread.length = 0;
      return {
        messages: measured.length,
        lost: samples.filter(({ missing }) => missing > 0).length,
        overloaded,
        all: since('all'),
        answer: since('answered'),
        read: since('read'),
        completed: samples.filter(({ missing, all }) => missing === 0 && all >= measuredFrom && all < measuredTo)
          .length,
        seconds: (measuredTo - measuredFrom) / 1000,
      };
    },
  };
}
