import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { open, sealAad, type SealedField } from '../../src/platform/keys/seal.js';

export interface GoldenEvent {
  readonly stream: string;
  readonly id: string;
  readonly type: string;
  readonly v: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** By path, what its sealed fields say. */
  readonly opened?: Readonly<Record<string, string>>;
}

/** Every shape ever stored. Entries are added, never changed: logs out there have them. */
export interface Golden<Event> {
  readonly key: KeyObject;
  readonly events: readonly Event[];
  fits(type: string, data: object, v?: number): boolean;
  /** Why the last one does not fit. */
  why(): string;
  /** Each type and version that the schema of the same name has. */
  readonly types: readonly string[];
}

/** @param schemaOf of a type, when not all are in the schema of the same name. */
export function readGolden<Event extends { readonly type: string } = GoldenEvent>(
  name: string,
  schemaOf: (type: string) => string = () => name,
): Golden<Event> {
  const { key, events } = JSON.parse(readFileSync(`test/golden/events/${name}.json`, 'utf8')) as {
    readonly key: string;
    readonly events: readonly Event[];
  };
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const types: string[] = [];
  for (const schema of new Set(events.map(({ type }) => schemaOf(type)))) {
    const text = JSON.parse(readFileSync(`schema/events/${schema}.json`, 'utf8')) as { readonly $defs: object };
    ajv.addSchema(text);
    if (schema === name) types.push(...Object.keys(text.$defs).filter((each) => each.includes('.v')));
  }
  return {
    key: createSecretKey(Buffer.from(key, 'base64')),
    events,
    fits: (type, data, v = 1) => ajv.validate(`${schemaOf(type)}#/$defs/${type}.v${v}`, data),
    why: () => ajv.errorsText(),
    types: types.sort(),
  };
}

export function sealedAt(data: object, path: string): SealedField {
  return path.split('.').reduce<object>((value, name) => (value as Record<string, object>)[name]!, data) as SealedField;
}

export function eachStillFitsAndOpens({ key, events, fits, why }: Golden<GoldenEvent>): void {
  it.each(events)('$type.v$v of $id still fits its schema and opens', ({ id, type, v, data, opened = {} }) => {
    expect(fits(type, data, v), why()).toBe(true);
    for (const [path, text] of Object.entries(opened))
      expect(open(key, sealAad(id, type, path), sealedAt(data, path))).toBe(text);
  });
}

/** Each type and version of the schema has an entry. */
export function hasEachType(
  events: readonly { readonly type: string; readonly v: number }[],
  types: readonly string[],
): void {
  it('has each type', () => {
    expect([...new Set(events.map(({ type, v }) => `${type}.v${v}`))].sort()).toEqual(types);
  });
}
