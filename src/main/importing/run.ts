import { readFileSync } from 'node:fs';
import { parsePhone, registerMany, type SeedDeps } from '../../domain/accounts/index.js';
import type { Actor, ConversationHandlers } from '../../domain/conversations/index.js';
import {
  namedAccount,
  parseExport,
  planImport,
  runImport,
  type ImportPlan,
  type PlannedSend,
  type PlanProblem,
  type SendOutcome,
} from '../../domain/imports/index.js';
import type { MessageHandlers } from '../../domain/messages/index.js';
import { START } from '../../platform/eventStore/port.js';
import { StartError } from '../../platform/lifecycle/index.js';
import type { ImportOptions } from './options.js';

/** What an import needs of the composed application. */
export interface ImportApp extends SeedDeps {
  readonly conversations: ConversationHandlers;
  readonly messages: Pick<MessageHandlers, 'send'>;
}

export interface ImportReport {
  readonly imported: number;
  readonly known: number;
  readonly notices: number;
  readonly unreadable: readonly { readonly line: number; readonly reason: string }[];
  readonly events: number;
}

export interface PreparedImport {
  readonly plan: ImportPlan;
  readonly notices: number;
  readonly unreadable: ImportReport['unreadable'];
}

/** Reads and checks the file, before any engine is started. @throws StartError that says what is wrong. */
export function prepareImport(options: ImportOptions): PreparedImport {
  const text = readText(options.file);
  const parsed = parseExport(text, options.daysFirst === undefined ? {} : { daysFirst: options.daysFirst });
  const plan = planImport(parsed, {
    ...(options.meName !== undefined && { meName: options.meName }),
    ...(options.author !== undefined && { otherName: options.author.name }),
  });
  if (!('sends' in plan)) throw new StartError(sentenceOf(plan, options.file));
  for (const phone of [options.me, options.author?.phone]) {
    const checked = phone === undefined ? undefined : parsePhone(phone);
    if (checked?.ok === false) throw new StartError(`${phone ?? ''} is not a mobile number in the international form.`);
  }
  return { plan, notices: parsed.notices, unreadable: parsed.unreadable };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartError(`${file} cannot be read.`, { cause });
  }
}

export async function importInto(
  app: ImportApp,
  prepared: PreparedImport,
  options: ImportOptions,
  progress: (done: number, total: number) => void,
): Promise<ImportReport> {
  const { plan } = prepared;
  const me = await accountWithNumber(app, options.me, plan.me);
  const other = await otherActor(app, me, plan.other, options);
  const conversationId = await startConversation(app.conversations, me, other.account);
  const send = async ({ byMe, clientId, at, text }: PlannedSend): Promise<SendOutcome> => {
    const outcome = await app.messages.send({
      actor: byMe ? me : other,
      conversationId,
      clientId,
      content: { kind: 'text', text },
      claimedAt: at,
    });
    switch (outcome.outcome) {
      case 'sent':
        return { kind: outcome.repeated ? 'known' : 'imported' };
      case 'busy':
      case 'rate_limited':
        return { kind: 'busy', retryAfterMs: outcome.retryAfterMs };
      case 'not_a_member':
      case 'admins_only':
      case 'refused':
      case 'invalid_text':
      case 'idempotency_conflict':
        return { kind: 'refused', reason: outcome.outcome };
    }
  };
  const { imported, known, refused } = await runImport({ send, progress }, plan);
  let events = 0;
  for await (const _event of app.eventStore.readLog(START)) events += 1;
  return { imported, known, notices: prepared.notices, unreadable: [...prepared.unreadable, ...refused], events };
}

async function accountWithNumber(app: ImportApp, phone: string, name: string): Promise<Actor> {
  const [account] = await registerMany(app, [{ phone, name: name.slice(0, 64).toWellFormed() }]);
  if (account === undefined) throw new Error('no account was registered');
  return { account: account.accountId, device: account.deviceId };
}

/** By the number that was told, or that stands in the file for a name; else by the name alone. */
async function otherActor(app: ImportApp, me: Actor, name: string, options: ImportOptions): Promise<Actor> {
  if (options.author !== undefined) return accountWithNumber(app, options.author.phone, name);
  const phone = parsePhone(name);
  if (phone.ok) return accountWithNumber(app, phone.e164, '');
  const { accountId } = await namedAccount(app, me.account, name);
  return { account: accountId, device: accountId };
}

async function startConversation(conversations: ConversationHandlers, me: Actor, other: string): Promise<string> {
  if (me.account === other) throw new StartError('Both authors have the same number.');
  const outcome = await conversations.start({ actor: me, withAccountId: other });
  if (outcome.outcome !== 'started') throw new Error(`the conversation could not be started: ${outcome.outcome}`);
  return outcome.conversationId;
}

function sentenceOf(problem: PlanProblem, file: string): string {
  switch (problem.code) {
    case 'no_messages':
      return `${file} has no message: is it a WhatsApp export as text?`;
    case 'not_two_authors':
      return `Only direct conversations can be imported now, and ${file} has ${String(problem.authors.length)} author(s): ${problem.authors.slice(0, 5).join(', ')}.`;
    case 'unknown_author':
      return `${problem.name} wrote nothing in ${file}; its authors are ${problem.authors.join(' and ')}.`;
  }
}
