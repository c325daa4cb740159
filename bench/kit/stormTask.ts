import { connect, WireError, type WireClient } from '../../test/kit/client.js';
import { sendText, startConversation, subscribeUpdates, type Envelope } from '../../test/kit/documents.js';
import { readDevices, sleep, spread, type SeededDevice } from './accounts.js';
import { gate } from './gate.js';

export interface StormTask {
  readonly kind: 'storm';
  readonly url: string;
  readonly tokens: string;
  /** Which lines of the file are this driver's; two neighbours have a conversation. */
  readonly from: number;
  readonly count: number;
  /** Within it every device drops and begins to come back. */
  readonly seconds: number;
  /** Of every two devices one watches so many others. */
  readonly contacts: number;
}

export interface StormResult {
  readonly devices: number;
  /** From the beginning of the storm until the last device was live again. */
  readonly allLiveMs: number;
  /** Of each device, from its coming back until it had its updates and its contacts' presence. */
  readonly backMs: readonly number[];
  readonly sent: number;
  readonly seen: number;
  /** Messages that a device has not seen, or saw after a later one; and those that it saw twice. */
  readonly lost: number;
  readonly duplicated: number;
  /** Contacts that were said to be offline, who never were for longer than the storm. */
  readonly offlineTold: number;
  readonly errors: number;
  readonly firstError: string | undefined;
}

const PRESENCE =
  'subscription Contacts($accounts: [ID!]!) { presence(accounts: $accounts) { accountId online lastSeenAt } }';
const ADDRESSES = 8;
/** Until everything is live and seen; what is missing then is lost. */
const PATIENCE_MS = 60_000;

interface Tally {
  duplicated: number;
  gaps: number;
  offlineTold: number;
  errors: number;
  firstError: string | undefined;
  /** Whether contacts have been online long enough to be known as such. */
  watching: boolean;
}

interface StormDevice {
  readonly account: string;
  conversation: string;
  /** Of the last message seen; messages begin at 1. */
  readonly last: number;
  /** Connects, resumes and subscribes; resolves when all of it is live. */
  open(): Promise<void>;
  drop(): void;
  /** Durable, whatever happens to the socket meanwhile. */
  send(clientId: string): Promise<void>;
  openConversation(withAccount: string): Promise<void>;
  close(): void;
}

export async function runStorm(task: StormTask, notify: (event: unknown) => void): Promise<StormResult> {
  const seeded = readDevices(task.tokens).slice(task.from, task.from + task.count);
  const tally: Tally = {
    duplicated: 0,
    gaps: 0,
    offlineTold: 0,
    errors: 0,
    firstError: undefined,
    watching: false,
  };
  const fail = (error: unknown): void => {
    tally.errors += 1;
    tally.firstError ??= String(error);
  };
  const contactsOf = (index: number): string[] =>
    index % 2 === 1
      ? []
      : Array.from(
          { length: Math.min(task.contacts, seeded.length - 1) },
          (_, step) => seeded[(index + 1 + step) % seeded.length]!.account,
        );
  const devices = seeded.map((device, index) => stormDevice(task.url, device, index, contactsOf(index), tally, fail));
  const proceed = gate();

  await spread(devices.length, 64, (index) => devices[index]!.open().catch(fail));
  await spread(devices.length / 2, 64, async (pair) => {
    const [one, other] = [devices[pair * 2]!, devices[pair * 2 + 1]!];
    try {
      await one.openConversation(other.account);
      other.conversation = one.conversation;
    } catch (error) {
      fail(error);
    }
  });
  notify({ phase: 'open' });
  await proceed();

  tally.watching = true;
  const started = performance.now();
  const backMs: number[] = [];
  let allLiveMs = 0;
  let sent = 0;
  const half = (task.seconds * 1000) / 2;
  const storm = async (device: StormDevice, index: number): Promise<void> => {
    const sending = sleep(Math.random() * 2 * half)
      .then(() => device.send(`storm-${task.from + index}`))
      .then(() => {
        sent += 1;
      });
    // It is awaited below, after what may fail before it does.
    sending.catch(() => undefined);
    await sleep(Math.random() * half);
    device.drop();
    await sleep(Math.random() * half);
    const back = performance.now();
    await device.open();
    backMs.push(performance.now() - back);
    allLiveMs = Math.max(allLiveMs, performance.now() - started);
    await sending;
  };
  await Promise.race([
    Promise.all(devices.map((device, index) => storm(device, index).catch(fail))),
    sleep(task.seconds * 1000 + PATIENCE_MS),
  ]);
  // Each of the two of a conversation has sent one.
  const seen = (): number => devices.reduce((sum, { last }) => sum + last, 0);
  const limit = performance.now() + PATIENCE_MS;
  while (seen() < devices.length * 2 && performance.now() < limit) await sleep(50);
  notify({ phase: 'over' });
  await proceed();
  for (const device of devices) device.close();
  const lost = devices.reduce((sum, { last }) => sum + Math.max(0, 2 - last), tally.gaps);
  const { duplicated, offlineTold, errors, firstError } = tally;
  return {
    devices: backMs.length,
    allLiveMs,
    backMs,
    sent,
    seen: seen(),
    lost,
    duplicated,
    offlineTold,
    errors,
    firstError,
  };
}

function stormDevice(
  url: string,
  { account, accessToken }: SeededDevice,
  index: number,
  contacts: readonly string[],
  tally: Tally,
  fail: (error: unknown) => void,
): StormDevice {
  let client: WireClient | undefined;
  let opened: () => void = () => undefined;
  let open = new Promise<void>((resolve) => (opened = resolve));
  let cursor: string | undefined;
  let last = 0;
  let expected = true;

  const onUpdate = ({ cursor: at, update }: Envelope): void => {
    cursor = at;
    if (update.__typename !== 'MessageAdded') return;
    const { seq } = update.message;
    if (seq <= last) tally.duplicated += 1;
    else if (seq > last + 1) tally.gaps += seq - last - 1;
    last = Math.max(last, seq);
  };
  const ended = (error: WireError | undefined): void => {
    if (!expected) fail(error ?? new Error('a subscription was ended'));
  };

  return {
    account,
    conversation: '',
    get last() {
      return last;
    },
    async open() {
      const localAddress = `127.0.0.${2 + (index % ADDRESSES)}`;
      const connected = await connect(url, { token: accessToken, localAddress, timeoutMs: 60_000, lean: true });
      client = connected;
      expected = false;
      connected.onClose = (code) => {
        if (!expected) fail(new Error(`closed by the server: ${code}`));
      };
      const updates = new Promise<void>((resolve) => {
        subscribeUpdates(
          connected,
          cursor,
          (envelope) => {
            onUpdate(envelope);
            if (envelope.update.__typename === 'CursorAdvanced') resolve();
          },
          ended,
        );
      });
      const presence = contacts.length === 0 ? undefined : watch(connected, contacts, tally, ended);
      await Promise.all([updates, presence]);
      opened();
    },
    drop() {
      expected = true;
      open = new Promise<void>((resolve) => (opened = resolve));
      client?.terminate();
      client = undefined;
    },
    async openConversation(withAccount) {
      this.conversation = await startConversation(client!, withAccount);
    },
    async send(clientId) {
      for (;;) {
        await open;
        if (client === undefined) continue;
        try {
          await sendText(client, this.conversation, clientId, 'Still here.');
          return;
        } catch (error) {
          if (!(error instanceof WireError) || !/closed|busy|rate_?limited/i.test(error.code)) throw error;
          await sleep(100);
        }
      }
    },
    close() {
      expected = true;
      client?.terminate();
    },
  };
}

/** Resolves with the first payload: all of the contacts. */
function watch(
  client: WireClient,
  accounts: readonly string[],
  tally: Tally,
  ended: (error: WireError | undefined) => void,
): Promise<void> {
  return new Promise((resolve) => {
    client.subscribe<{ presence: readonly { readonly online: boolean | null }[] }>(
      PRESENCE,
      { accounts },
      ({ presence }) => {
        if (tally.watching) tally.offlineTold += presence.filter(({ online }) => online !== true).length;
        resolve();
      },
      ended,
    );
  });
}
