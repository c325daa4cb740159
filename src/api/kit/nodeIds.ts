import { fault } from './errors.js';

/** Ids on the wire: what they name, and the UUID without dashes. */
export const ID_KINDS = {
  account: 'acc',
  device: 'dev',
  conversation: 'cnv',
  message: 'msg',
  contact: 'con',
  case: 'cas',
  scheduled: 'sch',
  link: 'lnk',
} as const;
export type IdKind = keyof typeof ID_KINDS;

export function encodeId(kind: IdKind, uuid: string): string {
  return `${ID_KINDS[kind]}_${uuid.replaceAll('-', '')}`;
}

/** The UUID. @throws a BAD_USER_INPUT fault for anything else than an id of this kind. */
export function decodeId(kind: IdKind, id: string): string {
  const prefix = ID_KINDS[kind];
  const hex = id.slice(4);
  if (!id.startsWith(`${prefix}_`) || !/^[0-9a-f]{32}$/.test(hex))
    throw fault('BAD_USER_INPUT', `not an id of ${article(kind)}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function article(kind: IdKind): string {
  if (kind === 'scheduled') return 'a scheduled message';
  return kind === 'account' ? 'an account' : `a ${kind}`;
}
