import type { MessageHandlers, SendOutcome } from '../../domain/messages/index.js';
import type { ScheduledHandlers, SendResult } from '../../domain/preferences/index.js';
import { eachOf } from '../../domain/shared/each.js';
import type { ScheduledView } from '../../projections/preferences/scheduled.queries.js';
import type { DueJob } from '../kit/schedule.js';

export interface ScheduledJobDeps {
  readonly nextDue: () => Promise<number | undefined>;
  readonly due: (now: number, limit: number) => Promise<readonly ScheduledView[]>;
  readonly handlers: Pick<ScheduledHandlers, 'release' | 'finish'>;
  readonly send: MessageHandlers['send'];
  /** Resolves when the read model has all that was written before. */
  readonly settled: () => Promise<void>;
}

const BATCH = 50;
const WIDTH = 8;

/**
 * Sends scheduled messages when they are due. Releasing is a fact before the sending, so that what was cancelled is never sent;
 * the message has the client id of the scheduling, so that sending again after a crash gives the same message.
 */
export function scheduledMessages({ nextDue, due, handlers, send, settled }: ScheduledJobDeps): DueJob {
  const sendOne = async (one: ScheduledView): Promise<boolean> => {
    const { accountId, deviceId, conversationId, clientId, id: scheduledId, content } = one;
    const actor = { account: accountId, device: deviceId ?? '' };
    if (!(await handlers.release({ actor, scheduledId }))) return true;
    let result: SendResult;
    if (content === undefined) result = { failed: 'erased' };
    else {
      const sent = await send({
        actor,
        conversationId,
        clientId,
        content:
          content.kind === 'text'
            ? content
            : { kind: 'sealed', algorithm: content.algorithm, bytes: content.payload.toString('base64') },
      });
      if (sent.outcome === 'busy' || sent.outcome === 'rate_limited') return false;
      result = sent.outcome === 'sent' ? { seq: sent.seq } : { failed: reasonOf(sent) };
    }
    await handlers.finish({ actor, scheduledId, result });
    return true;
  };

  return {
    name: 'scheduled messages',
    nextDue,
    async runDue(now) {
      const byAccount = Map.groupBy(await due(now, BATCH), ({ accountId }) => accountId);
      let done = 0;
      // One account's in order, several accounts at a time.
      await eachOf(byAccount.values(), WIDTH, async (ones) => {
        for (const one of ones) if (await sendOne(one)) done += 1;
      });
      await settled();
      return done;
    },
  };
}

function reasonOf(sent: SendOutcome): string {
  return sent.outcome === 'refused' ? sent.why.kind : sent.outcome;
}
