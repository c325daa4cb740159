import { execute, GraphQLError, parse, specifiedRules, validate } from 'graphql';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorPresenter, fault, FAULTS } from '../../src/api/kit/errors.js';
import { PROBLEMS } from '../../src/api/kit/problems.js';
import { validationRules } from '../../src/api/kit/limits.js';
import { buildApiSchema } from '../../src/api/schema.js';
import { CacheUnavailable } from '../../src/platform/cache/port.js';
import { EventStoreError } from '../../src/platform/eventStore/port.js';
import { fakeContext, fakeServices } from './kit/fake.js';

const schema = buildApiSchema();
const logged: object[] = [];
const log = (entry: object): void => void logged.push(entry);
const present = errorPresenter({ logger: { error: log, warn: log }, incident: () => 'i1' });
const codesOf = (errors: readonly unknown[] | undefined): unknown[] =>
  (errors ?? []).map((error) => present(error).extensions?.['code']);

/** As the socket layer meets errors: from graphql-js, without Apollo Server in between. */
describe('errors of graphql-js', () => {
  const check = (source: string): unknown[] =>
    codesOf(validate(schema, parse(source), [...specifiedRules, ...validationRules({ introspection: true })]));

  it('documents', () => {
    expect(check('{ nothing }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(check('mutation { renewSession(accessToken: 1) { __typename } }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(check('subscription { updates(after: "%") { cursor } }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(check(`{ ${Array.from({ length: 25 }, (_, index) => `a${index}: me { deviceId }`).join(' ')} }`)).toEqual([
      'TOO_COMPLEX',
    ]);
    for (const [source, code] of [
      ['{ me', 'GRAPHQL_PARSE_FAILED'],
      [`{ me { ${'deviceId '.repeat(20)} } }`, 'TOO_COMPLEX'],
    ] as const) {
      expect(() => parse(source, { maxLexicalTokens: 10 })).toThrow(
        expect.toSatisfy((error) => present(error).extensions?.['code'] === code) as Error,
      );
    }
  });

  it('variables', async () => {
    const document = parse('mutation ($input: AcknowledgeInput!) { acknowledge(input: $input) { __typename } }');
    for (const input of [{ conversationId: 'x', readUpTo: 'y' }, { conversationId: 'x', other: 1 }, {}, null]) {
      const result = await execute({
        schema,
        document,
        variableValues: { input },
        contextValue: fakeContext(fakeServices()),
      });
      expect(codesOf(result.errors)).toEqual(['BAD_USER_INPUT']);
    }
  });
});

describe('docs/protocol/errors.md', () => {
  it('lists the codes of faults and of problems', () => {
    const [problems = '', faults = ''] = readFileSync('docs/protocol/errors.md', 'utf8').split('## Errors: faults');
    const codesIn = (text: string, column: number): string[] =>
      text.split('\n').flatMap((line) => (line.split('|')[column] ?? '').match(/(?<=`)[A-Z_]{3,}(?=`)/g) ?? []);
    expect(codesIn(faults, 1).sort()).toEqual(Object.keys(FAULTS).sort());
    expect(codesIn(problems, 2).sort()).toEqual(
      Object.values(PROBLEMS)
        .map(([code]) => code)
        .sort(),
    );
  });
});

describe('masking', () => {
  it('passes what is documented, without what only the server needs', () => {
    const shown = present(fault('CURSOR_EXPIRED', 'Start over.', { reason: 'too_far', http: { status: 400 } }));
    expect(shown).toEqual({ message: 'Start over.', extensions: { reason: 'too_far', code: 'CURSOR_EXPIRED' } });
  });

  it('passes a documented fault that graphql-js located in the answer', () => {
    const located = new GraphQLError('No.', { path: ['me'], originalError: fault('FORBIDDEN', 'No.') });
    expect(present(located)).toMatchObject({ message: 'No.', path: ['me'], extensions: { code: 'FORBIDDEN' } });
  });

  it.each([
    ['an error', new Error('secret')],
    ['one in the answer', new GraphQLError('secret', { path: ['me'], originalError: new Error('secret') })],
    ['one of graphql-js about a value', new GraphQLError('secret', { path: ['me'] })],
    [
      'one that brings a code that nobody documented',
      new GraphQLError('secret', { extensions: { code: 'ER_SECRET' } }),
    ],
    [
      "an engine's, with a code of its own",
      new GraphQLError('secret', {
        path: ['me'],
        originalError: Object.assign(new Error('secret'), { extensions: { code: 'FORBIDDEN' } }),
      }),
    ],
    ['no error at all', 'secret'],
  ])('masks %s', (_what, error) => {
    logged.length = 0;
    const shown = present(error);
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect(shown.extensions).toEqual({ code: 'INTERNAL', incident: 'i1' });
    expect(logged).toHaveLength(1);
  });

  it.each(['08006', '57P01', '53300', 'ECONNREFUSED', 'EPIPE'])('says UNAVAILABLE for %s', (code) => {
    expect(codesOf([Object.assign(new Error('secret'), { code })])).toEqual(['UNAVAILABLE']);
  });

  it.each([
    new EventStoreError('unavailable', 'secret'),
    new EventStoreError('in_doubt', 'secret'),
    new CacheUnavailable('secret'),
    new Error('Client has encountered a connection error and is not queryable'),
  ])('says UNAVAILABLE for $name: $message', (error) => {
    expect(codesOf([error])).toEqual(['UNAVAILABLE']);
  });
});
