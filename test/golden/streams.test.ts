import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** The types that the schemas know. */
const stored = readdirSync('schema/events').flatMap((file) => {
  const { $defs } = JSON.parse(readFileSync(`schema/events/${file}`, 'utf8')) as { readonly $defs: object };
  return Object.keys($defs).flatMap((name) => /^(\w+)\.v\d+$/.exec(name)?.[1] ?? []);
});

/** Those in the first column of a table: names like `MessageSent`; names of streams have a hyphen. */
const documented = readFileSync('docs/reference/streams.md', 'utf8')
  .split('\n')
  .flatMap((line) => [...(/^\|([^|]+)\|/.exec(line)?.[1] ?? '').matchAll(/`([A-Z]\w+)`/g)].map(([, type]) => type));

it('docs/reference/streams.md has a row for each type of event, and for no other', () => {
  expect(stored.length).toBeGreaterThan(50);
  expect([...documented].sort()).toEqual([...new Set(stored)].sort());
});
