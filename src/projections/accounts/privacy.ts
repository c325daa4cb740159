import type { Audience } from '../../domain/accounts/index.js';

/** A setting's value as its column holds it. */
export function settingText(value: Audience | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return value.kind === 'contacts_except' ? `${value.kind}:${(value.except ?? []).join(',')}` : value.kind;
}
