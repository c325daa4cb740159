import { checkText, type TextProblem } from '../shared/text.js';
import type { MessageContent } from './events.js';

export const MAX_TEXT = 65_536;
export const MAX_SEALED_BYTES = 64 * 1024;
const MAX_ALGORITHM = 64;
const MAX_CLIENT_ID = 128;
export const CONTENT_LIMITS = {
  contactName: 128,
  phones: 10,
  phone: 32,
  placeName: 128,
  address: 256,
  question: 300,
  minOptions: 2,
  options: 12,
  option: 100,
  minLiveMs: 60_000,
  maxLiveMs: 8 * 3_600_000,
} as const;

export interface GivenCard {
  readonly name: string;
  readonly phones: readonly string[];
  readonly accountId?: string;
}

/** Degrees and metres. */
export interface GivenPlace {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMetres?: number;
  readonly name?: string;
  readonly address?: string;
}

export interface GivenPoll {
  readonly question: string;
  readonly options: readonly string[];
}

/** What an author gives to be said; times in milliseconds since the epoch. */
export type GivenContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sealed'; readonly algorithm: string; readonly bytes: string }
  | { readonly kind: 'contact'; readonly card: GivenCard }
  | { readonly kind: 'location'; readonly place: GivenPlace; readonly liveForMs?: number }
  | {
      readonly kind: 'poll';
      readonly poll: GivenPoll;
      readonly multiple: boolean;
      readonly votesVisible: boolean;
      readonly closesAt?: number;
    };

export interface ContentProblem {
  /** Its path in what was given. */
  readonly field: string;
  readonly reason: TextProblem | 'out_of_range' | 'too_few' | 'too_many' | 'repeated' | 'past';
}

/** @returns null when the content and the client's id may be stored. */
export function checkMessage(clientId: string, content: GivenContent): ContentProblem | null {
  return textProblem('clientId', clientId, MAX_CLIENT_ID) ?? checkContent(content);
}

function checkContent(content: GivenContent): ContentProblem | null {
  switch (content.kind) {
    case 'text':
      return textProblem('text', content.text, MAX_TEXT);
    case 'sealed': {
      const algorithm = textProblem('algorithm', content.algorithm, MAX_ALGORITHM);
      if (algorithm !== null) return algorithm;
      const size = Buffer.byteLength(content.bytes, 'base64');
      if (size === 0) return { field: 'payload', reason: 'empty' };
      return size > MAX_SEALED_BYTES ? { field: 'payload', reason: 'too_long' } : null;
    }
    case 'contact':
      return checkCard(content.card);
    case 'location': {
      const { liveForMs } = content;
      const { minLiveMs, maxLiveMs } = CONTENT_LIMITS;
      if (liveForMs !== undefined && !within(liveForMs, minLiveMs, maxLiveMs))
        return { field: 'location.liveForSeconds', reason: 'out_of_range' };
      return checkPlace(content.place);
    }
    case 'poll':
      return checkPoll(content.poll);
  }
}

function checkCard({ name, phones, accountId }: GivenCard): ContentProblem | null {
  const problem = textProblem('contact.name', name, CONTENT_LIMITS.contactName);
  if (problem !== null) return problem;
  if (phones.length === 0 && accountId === undefined) return { field: 'contact.phones', reason: 'too_few' };
  if (phones.length > CONTENT_LIMITS.phones) return { field: 'contact.phones', reason: 'too_many' };
  return firstOf(phones.map((phone, index) => textProblem(`contact.phones[${index}]`, phone, CONTENT_LIMITS.phone)));
}

export function checkPlace({ latitude, longitude, accuracyMetres, name, address }: GivenPlace): ContentProblem | null {
  const out = (field: string): ContentProblem => ({ field: `location.${field}`, reason: 'out_of_range' });
  if (!within(latitude, -90, 90)) return out('latitude');
  if (!within(longitude, -180, 180)) return out('longitude');
  if (accuracyMetres !== undefined && !within(accuracyMetres, 0, 1e7)) return out('accuracyMetres');
  return (
    (name === undefined ? null : textProblem('location.placeName', name, CONTENT_LIMITS.placeName)) ??
    (address === undefined ? null : textProblem('location.address', address, CONTENT_LIMITS.address))
  );
}

function checkPoll({ question, options }: GivenPoll): ContentProblem | null {
  const problem = textProblem('poll.question', question, CONTENT_LIMITS.question);
  if (problem !== null) return problem;
  if (options.length < CONTENT_LIMITS.minOptions) return { field: 'poll.options', reason: 'too_few' };
  if (options.length > CONTENT_LIMITS.options) return { field: 'poll.options', reason: 'too_many' };
  if (new Set(options.map((option) => option.trim())).size < options.length)
    return { field: 'poll.options', reason: 'repeated' };
  return firstOf(options.map((option, index) => textProblem(`poll.options[${index}]`, option, CONTENT_LIMITS.option)));
}

/** As it is stored; sealing comes after. `at`: when it is sent. */
export function contentOf(given: GivenContent, at: number): MessageContent<string> {
  switch (given.kind) {
    case 'text':
    case 'sealed':
      return given;
    case 'contact':
      return { kind: 'contact', card: JSON.stringify(given.card) };
    case 'location': {
      const place = JSON.stringify(given.place);
      const { liveForMs } = given;
      return liveForMs === undefined
        ? { kind: 'location', place }
        : { kind: 'location', place, liveUntil: at + liveForMs };
    }
    case 'poll': {
      const { poll, multiple, votesVisible, closesAt } = given;
      const ends = closesAt === undefined ? {} : { closesAt };
      const options = poll.options.length;
      return { kind: 'poll', poll: JSON.stringify(poll), options, multiple, votesVisible, ...ends };
    }
  }
}

/** What was given for it to be said at that time: the inverse of `contentOf`. */
export function givenOf(content: MessageContent<string>, at: number): GivenContent {
  switch (content.kind) {
    case 'text':
    case 'sealed':
      return content;
    case 'contact':
      return { kind: 'contact', card: JSON.parse(content.card) as GivenCard };
    case 'location': {
      const place = JSON.parse(content.place) as GivenPlace;
      const { liveUntil } = content;
      return liveUntil === undefined
        ? { kind: 'location', place }
        : { kind: 'location', place, liveForMs: liveUntil - at };
    }
    case 'poll': {
      const { multiple, votesVisible, closesAt } = content;
      const poll = JSON.parse(content.poll) as GivenPoll;
      return { kind: 'poll', poll, multiple, votesVisible, ...(closesAt === undefined ? {} : { closesAt }) };
    }
  }
}

function textProblem(field: string, text: string, max: number): ContentProblem | null {
  const reason = checkText(text, { max });
  return reason === null ? null : { field, reason };
}

function firstOf(problems: readonly (ContentProblem | null)[]): ContentProblem | null {
  return problems.find((problem) => problem !== null) ?? null;
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
