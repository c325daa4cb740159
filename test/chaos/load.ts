import { WireError } from '../kit/client.js';
import { sendText } from '../kit/documents.js';
import type { Device } from './device.js';
import type { Journal } from './journal.js';

/** Deterministic, in several scripts, and naming its id, so that whoever receives it can tell whether it is intact. */
export function textOf(clientId: string): string {
  const scripts = [
    'on my way',
    'بعد قليل',
    '还有五分钟',
    'скоро буду',
    'थोड़ी देर में',
    '👍🏽 ok',
    'עוד רגע',
    'もうすぐ着きます',
  ];
  const n = Number(clientId.replace(/\D/g, ''));
  return `${scripts[n % scripts.length] ?? ''} ${clientId}`;
}

export interface Conversation {
  readonly id: string;
  readonly members: readonly string[];
}

export interface Load {
  readonly acknowledged: number;
  readonly inFlight: number;
  readonly throughAnotherDevice: number;
  /** Resolves when this many are acknowledged, or at once when they are. */
  reached(count: number): Promise<void>;
  /** No new ones any more; resolves to how many there were once all are acknowledged. */
  finish(): Promise<number>;
}

/** A message that the server has confirmed. */
export interface Accepted {
  readonly messageId: string;
  readonly clientId: string;
  readonly seq: number;
  readonly conversation: string;
  readonly account: string;
  readonly members: readonly string[];
}

interface Message {
  readonly members: readonly string[];
  readonly clientId: string;
  readonly conversation: string;
  readonly account: string;
  attempts: number;
  /** The device of the first attempt. */
  first: string;
}

export interface LoadOptions {
  readonly devices: readonly Device[];
  readonly conversations: readonly Conversation[];
  readonly journal: Journal;
  /** Without it, until `finish`. */
  readonly messages?: number;
  readonly outstanding: number;
  /** Every how many messages a device loses its network for a moment. */
  readonly dropEvery: number;
  /** A device that waits longer for its answer gives its connection up; twice as long after each time in vain, up to 16 times. */
  readonly patienceMs?: number;
  /** New messages a second, for as long as they are answered; without it as fast as it goes. */
  readonly perSecond?: number;
  readonly onAccepted?: (message: Accepted) => void;
}

/**
 * Keeps `outstanding` sends in flight until all are acknowledged. A send that was not acknowledged is repeated with its
 * id for ever, every second time through the account's other device; now and then an acknowledged one is, too.
 */
export function startLoad(options: LoadOptions): Load {
  const { devices, conversations, journal } = options;
  const byAccount = Map.groupBy(devices, (device) => device.account);
  const retries: Message[] = [];
  const waiters: { readonly count: number; readonly resolve: () => void }[] = [];
  const begun = performance.now();
  let total = options.messages ?? Infinity;
  let next = 0;
  let inFlight = 0;
  let acknowledged = 0;
  let throughAnotherDevice = 0;

  const take = (): Message | undefined => {
    const again = retries.shift();
    if (again !== undefined) return again;
    const due = ((options.perSecond ?? Infinity) * (performance.now() - begun)) / 1000;
    if (next >= Math.min(total, due)) return undefined;
    const n = next++;
    const conversation = conversations[(n * 7) % conversations.length]!;
    return {
      clientId: `k${n}`,
      conversation: conversation.id,
      members: conversation.members,
      account: conversation.members[n % conversation.members.length]!,
      attempts: 0,
      first: '',
    };
  };
  const deviceFor = (message: Message): Device => {
    const own = byAccount.get(message.account)!;
    const n = Number(message.clientId.slice(1));
    return own[(n + Math.ceil(message.attempts / 2)) % own.length]!;
  };
  const acked = (
    message: Message,
    device: Device,
    sent: { readonly seq: number; readonly messageId: string },
  ): void => {
    acknowledged++;
    options.onAccepted?.({ ...message, ...sent });
    journal.append({ k: 'acked', id: message.clientId, device: device.id, seq: sent.seq, message: sent.messageId });
    const n = Number(message.clientId.slice(1));
    // The answer may have been lost on its way to a real client: it would ask once more, from anywhere.
    if (n % 97 === 0) repeat(message, byAccount.get(message.account)![(n + 1) % 2]!);
    if (acknowledged % options.dropEvery === 0) devices[(acknowledged / options.dropEvery) % devices.length]!.drop();
    for (const waiter of waiters) if (acknowledged >= waiter.count) waiter.resolve();
  };
  const repeat = (message: Message, device: Device): void => {
    if (device.client === undefined) return;
    sendText(device.client, message.conversation, message.clientId, textOf(message.clientId)).then(
      (sent) =>
        journal.append({ k: 'acked', id: message.clientId, device: device.id, seq: sent.seq, message: sent.messageId }),
      () => undefined,
    );
  };
  const fire = (message: Message): void => {
    const device = deviceFor(message);
    const client = device.client;
    if (client === undefined) {
      retries.push(message);
      return;
    }
    if (message.attempts === 0) message.first = device.id;
    else if (message.first !== device.id) throughAnotherDevice++;
    message.attempts++;
    inFlight++;
    journal.append({ k: 'send', id: message.clientId, device: device.id, conversation: message.conversation });
    const waiting =
      options.patienceMs === undefined
        ? undefined
        : setTimeout(() => client.terminate(), options.patienceMs * 2 ** Math.min(4, message.attempts - 1));
    sendText(client, message.conversation, message.clientId, textOf(message.clientId))
      .then(
        (sent) => acked(message, device, sent),
        (error: unknown) => {
          if (!(error instanceof WireError)) throw error;
          if (error.code === 'CLOSED') retries.push(message);
          else setTimeout(() => retries.push(message), 20 * 2 ** Math.min(6, message.attempts));
        },
      )
      .finally(() => {
        clearTimeout(waiting);
        inFlight--;
        setImmediate(fill);
      });
  };
  const fill = (): void => {
    let tries = options.outstanding;
    while (inFlight < options.outstanding && tries-- > 0) {
      const message = take();
      if (message === undefined) return;
      fire(message);
    }
  };
  const reached = (count: number): Promise<void> =>
    new Promise((resolve) => {
      if (acknowledged >= count) resolve();
      else waiters.push({ count, resolve });
    });
  const timer = setInterval(() => {
    fill();
    if (acknowledged >= total) clearInterval(timer);
  }, 20);
  fill();
  return {
    get acknowledged() {
      return acknowledged;
    },
    get inFlight() {
      return inFlight;
    },
    get throughAnotherDevice() {
      return throughAnotherDevice;
    },
    reached,
    finish: async () => {
      total = Math.min(total, next);
      await reached(total);
      return total;
    },
  };
}
