import {
  getOperationAST,
  GraphQLError,
  Kind,
  parse,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { DOCUMENT_LIMITS } from '../kit/limits.js';

type Variables = Readonly<Record<string, unknown>> | null | undefined;
type Execute = (root: unknown, context: unknown, variables: Variables) => ExecutionResult | Promise<ExecutionResult>;

/** A document parsed, validated and compiled, kept by its text. */
export interface PreparedDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Of a subscription: the name of its one field. */
  readonly rootField: string;
  readonly execute: Execute;
  /** Of a subscription: what identifies its payloads for the same event, given the variables. */
  renderKey(variables: Variables): object;
}

export interface Documents {
  prepare(query: string, operationName: string | null | undefined): PreparedDocument | readonly GraphQLError[];
}

const MAX_DOCUMENTS = 2_000;
const MAX_CACHED_TEXT = 20_000;

export function documents(schema: GraphQLSchema, rules: readonly ValidationRule[]): Documents {
  const cache = new LRUCache<string, PreparedDocument>({ max: MAX_DOCUMENTS });
  return {
    prepare(query, operationName) {
      const key = operationName == null ? query : `${operationName}\n${query}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const prepared = prepare(schema, rules, query, operationName);
      if ('execute' in prepared && query.length <= MAX_CACHED_TEXT) cache.set(key, prepared);
      return prepared;
    },
  };
}

function prepare(
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
  query: string,
  operationName: string | null | undefined,
): PreparedDocument | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: DOCUMENT_LIMITS.tokens });
  } catch (error) {
    return [asGraphQLError(error)];
  }
  const errors = validate(schema, document, [...specifiedRules, ...rules]);
  if (errors.length > 0) return errors;
  const operation = getOperationAST(document, operationName ?? undefined);
  if (operation == null)
    return [new GraphQLError('The document has no such operation.', { extensions: { code: 'BAD_USER_INPUT' } })];
  const compiled = compileQuery(schema, document, operationName ?? undefined, { disableLeafSerialization: false });
  if (!isCompiledQuery(compiled)) return compiled.errors ?? [new GraphQLError('The document cannot be compiled.')];
  const keys = new Map<string, object>();
  const alike = !variesByVariables(operation);
  const [root] = operation.selectionSet.selections;
  return {
    document,
    operation,
    rootField: root?.kind === Kind.FIELD ? root.name.value : '',
    execute(root, context, variables) {
      const result = compiled.query(root, context, variables);
      return result instanceof Promise ? result.then(withStandardErrors) : withStandardErrors(result);
    },
    renderKey(variables) {
      const text = alike ? '' : JSON.stringify(variables ?? {});
      let key = keys.get(text);
      if (key === undefined) keys.set(text, (key = {}));
      return key;
    },
  };
}

/** The compiler's errors are of a class of its own, which only looks like graphql-js's. */
function withStandardErrors(result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined) return result;
  const errors = result.errors.map(({ message, path, originalError, extensions }) => {
    const known = extensions as Record<string, unknown> | undefined;
    return new GraphQLError(message, { path, originalError, ...(known === undefined ? {} : { extensions: known }) });
  });
  return { ...result, errors };
}

/** Whether variables are used anywhere but in the arguments of the root fields. */
function variesByVariables(operation: OperationDefinitionNode): boolean {
  let varies = false;
  const look = { Variable: () => void (varies = true) };
  for (const directive of operation.directives ?? []) visit(directive, look);
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) return true;
    for (const directive of selection.directives ?? []) visit(directive, look);
    if (selection.selectionSet !== undefined) visit(selection.selectionSet, look);
  }
  return varies;
}

function asGraphQLError(error: unknown): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(String(error));
}
