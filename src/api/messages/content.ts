import type { SaidOnce } from '../../domain/messages/index.js';
import type { Said } from '../../projections/timeline/timeline.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import type { ContactContent, LocationContent, MessageContent, PollContent } from './contentTypes.js';

const ERASED = { __typename: 'ErasedContent', erased: true } as const;

/** What a message says to everybody who may see it, from its event or its row. */
export function contentOf(said: Said): MessageContent {
  const { kind, text, body } = said;
  if (said.erased) return ERASED;
  if (said.viewOnce) return { __typename: 'ViewOnceContent', sealed: kind === 'sealed' };
  switch (kind) {
    case 'text':
      return { __typename: 'TextContent', text: text ?? '' };
    case 'sealed':
      return sealedContent(said);
    case 'contact':
      return contactContent(body?.['card']);
    case 'location':
      return locationContent(body?.['place'], liveUntil(body));
    case 'poll':
      return pollContent(body);
    default:
      return ERASED;
  }
}

/** What one of those that are shown once says, to who opens it. */
export function onceContent({ content, deviceId }: SaidOnce): MessageContent {
  if (content.kind === 'text') return { __typename: 'TextContent', text: content.text };
  if (content.kind !== 'sealed') return ERASED;
  const { algorithm, bytes } = content;
  return sealedContent({ algorithm, deviceId, payload: bytes });
}

function sealedContent({
  algorithm,
  deviceId,
  payload,
}: Pick<Said, 'algorithm' | 'deviceId' | 'payload'>): MessageContent {
  return {
    __typename: 'SealedContent',
    algorithm: algorithm ?? '',
    senderDevice: encodeId('device', deviceId ?? ''),
    // Postgres breaks base64 into lines.
    payload: typeof payload === 'string' ? payload.replaceAll('\n', '') : (payload ?? ''),
  };
}

function contactContent(card: unknown): ContactContent {
  const { name, phones, accountId } = JSON.parse(card as string) as {
    readonly name: string;
    readonly phones: readonly string[];
    readonly accountId?: string;
  };
  return {
    __typename: 'ContactContent',
    name,
    phones,
    accountId: accountId === undefined ? null : encodeId('account', accountId),
  };
}

/** @param place JSON, as it is sealed. */
export function locationContent(place: unknown, until: number | null): LocationContent {
  const { latitude, longitude, accuracyMetres, name, address } = JSON.parse(place as string) as {
    readonly latitude: number;
    readonly longitude: number;
    readonly accuracyMetres?: number;
    readonly name?: string;
    readonly address?: string;
  };
  return {
    __typename: 'LocationContent',
    latitude,
    longitude,
    accuracyMetres: accuracyMetres ?? null,
    placeName: name ?? null,
    address: address ?? null,
    liveUntil: until,
  };
}

function liveUntil(body: Said['body']): number | null {
  const { liveUntil: until, endedAt } = (body ?? {}) as { readonly liveUntil?: number; readonly endedAt?: number };
  return until === undefined ? null : Math.min(until, endedAt ?? until);
}

function pollContent(body: Said['body']): PollContent {
  const { poll, multiple, votesVisible, closesAt } = body as {
    readonly poll: string;
    readonly multiple: boolean;
    readonly votesVisible: boolean;
    readonly closesAt?: number;
  };
  const { question, options } = JSON.parse(poll) as Pick<PollContent, 'question' | 'options'>;
  return { __typename: 'PollContent', question, options, multiple, votesVisible, closesAt: closesAt ?? null };
}
