import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** A document that calls the field with variables for all the arguments given. */
export function documentOf(
  operation: 'query' | 'mutation' | 'subscription',
  field: GraphQLField<unknown, unknown>,
  given: readonly string[],
  selection: string,
): string {
  const used = field.args.filter(({ name }) => given.includes(name));
  const declared = used.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${operation}${declared === '' ? '' : ` (${declared})`} { ${field.name}${passed === '' ? '' : `(${passed})`} ${selection} }`;
}

/** Every field below that needs no argument, to the depth given. */
export function everything(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isUnionType(named)) {
    const members = named.getTypes();
    // Members of a union may give one name two types.
    const types = new Map<string, Set<string>>();
    for (const field of members.flatMap(plainFields))
      types.set(field.name, (types.get(field.name) ?? new Set()).add(String(field.type)));
    const clashes = (name: string): boolean => (types.get(name)?.size ?? 0) > 1;
    return `{ __typename ${members
      .map((member) => `... on ${member.name} { __typename ${fieldsOf(member, depth, clashes)} }`)
      .join(' ')} }`;
  }
  return isObjectType(named) ? `{ __typename ${fieldsOf(named, depth, () => false)} }` : '{ __typename }';
}

function fieldsOf(type: GraphQLObjectType, depth: number, needsAlias: (name: string) => boolean): string {
  return plainFields(type)
    .flatMap(({ name, type: of }) => {
      const leaf = isLeafType(getNamedType(of));
      const isPage = ['edges', 'node', 'pageInfo'].includes(name);
      if (!leaf && depth === 0 && !isPage) return [];
      const inner = leaf ? '' : everything(of, isPage ? depth : depth - 1);
      return [`${needsAlias(name) ? `${type.name}__${name}: ` : ''}${name} ${inner}`];
    })
    .join(' ');
}

export const plainFields = (type: GraphQLObjectType): GraphQLField<unknown, unknown>[] =>
  Object.values(type.getFields()).filter((field) => field.args.every((argument) => !isNonNullType(argument.type)));

/** `Type.field` of everything in an answer that says something: is neither null nor an empty list. */
export function saidBy(answer: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(answer)) for (const item of answer) saidBy(item, found);
  else if (typeof answer === 'object' && answer !== null) {
    const { __typename: type, ...fields } = answer as Record<string, unknown>;
    for (const [alias, value] of Object.entries(fields)) {
      const name = alias.replace(/^\w+__/, '');
      if (value !== null && !(Array.isArray(value) && value.length === 0)) found.add(`${String(type)}.${name}`);
      saidBy(value, found);
    }
  }
  return found;
}

/** Object types that are no resource of anybody's: answers, pages, updates, the roots. */
export function isResource(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  const { name } = type;
  if (name.startsWith('__') || ['Query', 'Mutation', 'Subscription', 'PageInfo'].includes(name)) return false;
  if (/(Connection|Edge)$/.test(name)) return false;
  return !answers(schema).has(name);
}

const known = new WeakMap<GraphQLSchema, Set<string>>();
function answers(schema: GraphQLSchema): Set<string> {
  let found = known.get(schema);
  if (found === undefined) {
    found = new Set(['UpdateEnvelope']);
    for (const type of Object.values(schema.getTypeMap())) {
      if (isAbstractType(type) && /(Result|Problem|Update)$/.test(type.name))
        for (const member of schema.getPossibleTypes(type)) found.add(member.name);
    }
    known.set(schema, found);
  }
  return found;
}
