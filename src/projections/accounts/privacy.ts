import type { Audience, PrivacyChange } from '../../domain/accounts/index.js';

/** A setting's value as its column holds it. */
export function settingText(value: Audience | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return value.kind === 'contacts_except' ? `${value.kind}:${(value.except ?? []).join(',')}` : value.kind;
}

/** The inverse of settingText. */
export function settingValue(text: string): Audience | boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  const [kind = '', except = ''] = text.split(':');
  if (kind === 'contacts_except') return { kind, except: except === '' ? [] : except.split(',') };
  return { kind: kind as 'everyone' | 'contacts' | 'nobody' };
}

export function settingsOf(texts: Readonly<Record<string, string>>): PrivacyChange {
  return Object.fromEntries(Object.entries(texts).map(([setting, text]) => [setting, settingValue(text)]));
}
