import type { GraphQLError } from 'graphql';
import { parse, specifiedRules, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_LIMITS, validationRules } from '../../src/api/kit/limits.js';
import { buildApiSchema } from '../../src/api/schema.js';
import { tabs } from '../../src/playground/tabs.js';
import { updatesDocument } from '../kit/documents.js';

const schema = buildApiSchema({ development: true });
const errorsOf = (source: string, introspection = true): readonly GraphQLError[] =>
  validate(schema, parse(source, { maxLexicalTokens: DOCUMENT_LIMITS.tokens }), [
    ...specifiedRules,
    ...validationRules({ introspection }),
  ]);
const limitsOf = (source: string): unknown[] => errorsOf(source).map((error) => error.extensions['limit']);
const page = (inner: string, first: string | number = 100): string =>
  `query ${inner.includes('$n') || first === '$n' ? '($n: Int) ' : ''}{ conversations(first: ${first}) { edges { node { ${inner} } } } }`;

describe('limits of documents', () => {
  it.each(tabs.map(({ query }: { query: string }) => [/S\d_\w+/.exec(query)?.[0], query]))(
    'the tab %s is within them',
    (_name, query) => {
      expect(errorsOf(query)).toEqual([]);
    },
  );

  it('what a client asks for is within them', () => {
    expect(errorsOf(updatesDocument)).toEqual([]);
    const row =
      'id unreadCount headSeq members { edges { node { account { id name avatar } } } } watermarks { accountId readUpTo } lastMessage { seq status author { name } content { ... on TextContent { text } } }';
    expect(errorsOf(page(row, '$n'))).toEqual([]);
    expect(
      errorsOf(page('messages(last: 20) { edges { node { seq at content { ... on TextContent { text } } } } }', '$n')),
    ).toEqual([]);
  });

  it('depth', () => {
    const deep = `query { snapshot { conversations { edges { node { lastMessage { author { id } } watermarks { account { id } } messages { edges { node { content { ... on TextContent { text } } } } } } } } } }`;
    expect(limitsOf(deep)).toEqual([]);
    const tooDeep = '{ '.concat('__typename a: me { '.repeat(13), 'deviceId', ' }'.repeat(14));
    expect(limitsOf(tooDeep)).toContain('depth');
  });

  it('complexity: pages within pages', () => {
    expect(limitsOf(page('messages(first: 100) { edges { node { seq id at clientId } } }'))).toContain('complexity');
    expect(limitsOf(page('messages(first: $n) { edges { node { seq id at clientId } } }', '$n'))).toContain(
      'complexity',
    );
    expect(limitsOf(page('messages(first: 5) { edges { node { seq id at clientId } } }'))).toEqual([]);
  });

  it('complexity: fragments do not hide it, and a cycle ends', () => {
    const hidden = `query { conversations(first: 100) { edges { node { ...F } } } } fragment F on Conversation { messages(first: 100) { edges { node { seq id at clientId } } } }`;
    expect(limitsOf(hidden)).toContain('complexity');
    expect(
      errorsOf('query { me { ...A } } fragment A on Me { ...B } fragment B on Me { ...A }').length,
    ).toBeGreaterThan(0);
  });

  it('aliases and root fields', () => {
    const many = (count: number): string =>
      `{ ${Array.from({ length: count }, (_, index) => `a${index}: me { deviceId }`).join(' ')} }`;
    expect(limitsOf(many(20))).toEqual([]);
    expect(limitsOf(many(21))).toEqual(['rootFields']);
    expect(limitsOf(many(31))).toEqual(['aliases', 'rootFields']);
  });

  it('directives', () => {
    expect(limitsOf(`{ me { ${'deviceId @include(if: true) '.repeat(51)} } }`)).toEqual(['directives']);
  });

  it('tokens', () => {
    expect(() => errorsOf(`{ me { ${'deviceId '.repeat(2_000)} } }`)).toThrow(/more tha[nt] 2000 tokens/);
  });

  it('introspection, where it is off', () => {
    expect(errorsOf('{ __schema { types { name } } }')).toEqual([]);
    expect(errorsOf('{ __schema { types { name } } }', false)).not.toEqual([]);
    expect(errorsOf('{ __typename me { __typename deviceId } }', false)).toEqual([]);
  });
});
