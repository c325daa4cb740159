import {
  type ASTVisitor,
  type FieldNode,
  getNamedType,
  GraphQLError,
  isListType,
  getNullableType,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
  type FragmentDefinitionNode,
  type GraphQLField,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { MAX_PAGE } from './paging.js';

/** What a document may ask for. Checked once a document text, before it runs. */
export const DOCUMENT_LIMITS = {
  /** Bytes of an HTTP body, or a frame, with one operation: 65,536 characters take 393,216 when a client escapes each. */
  bodyBytes: 512 * 1024,
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  /** Fields that the answer can have, pages taken as full as their arguments allow. */
  complexity: 30_000,
} as const;

/** Of a list without a size: members, watermarks, devices. */
const SHORT_LIST = 4;
const SIZES = ['first', 'last', 'conversations'];

/** To be added to the rules of the specification; `parse` takes `maxLexicalTokens` besides. */
export function validationRules(options: { readonly introspection: boolean }): readonly ValidationRule[] {
  const rules: ValidationRule[] = [limitsRule];
  return options.introspection ? rules : [NoSchemaIntrospectionCustomRule, ...rules];
}

interface Cost {
  depth: number;
  complexity: number;
  aliases: number;
  directives: number;
}

const FREE: Cost = { depth: 0, complexity: 0, aliases: 0, directives: 0 };

function limitsRule(context: ValidationContext): ASTVisitor {
  const fragments = new Map<string, Cost>();

  const costOf = (set: SelectionSetNode, parent: unknown): Cost => {
    const total = { ...FREE };
    for (const selection of set.selections) {
      total.directives += selection.directives?.length ?? 0;
      switch (selection.kind) {
        case Kind.FIELD:
          merge(total, fieldCost(selection, parent));
          break;
        case Kind.INLINE_FRAGMENT: {
          const name = selection.typeCondition?.name.value;
          merge(total, costOf(selection.selectionSet, name === undefined ? parent : context.getSchema().getType(name)));
          break;
        }
        case Kind.FRAGMENT_SPREAD:
          merge(total, fragmentCost(context.getFragment(selection.name.value)));
      }
    }
    return total;
  };

  const fieldCost = (node: FieldNode, parent: unknown): Cost => {
    const alias = node.alias === undefined ? 0 : 1;
    // Introspection is switched off as a whole or not at all.
    if (node.name.value.startsWith('__')) return { ...FREE, aliases: alias };
    const field: GraphQLField<unknown, unknown> | undefined =
      isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    const type = field === undefined ? undefined : getNamedType(field.type);
    const inner =
      node.selectionSet === undefined ? FREE : costOf(node.selectionSet, isCompositeType(type) ? type : undefined);
    const times = field === undefined ? 1 : sizeOf(node, field);
    return {
      depth: inner.depth + 1,
      complexity: 1 + times * inner.complexity,
      aliases: inner.aliases + alias,
      directives: inner.directives,
    };
  };

  const fragmentCost = (fragment: FragmentDefinitionNode | null | undefined): Cost => {
    if (fragment == null) return FREE;
    const name = fragment.name.value;
    const known = fragments.get(name);
    if (known !== undefined) return known;
    // A cycle is an error of its own; here it must only end.
    fragments.set(name, FREE);
    const cost = costOf(fragment.selectionSet, context.getSchema().getType(fragment.typeCondition.name.value));
    fragments.set(name, cost);
    return cost;
  };

  return {
    OperationDefinition(node) {
      const cost = costOf(node.selectionSet, context.getSchema().getRootType(node.operation));
      const over: [string, number, number][] = [
        ['depth', cost.depth, DOCUMENT_LIMITS.depth],
        ['complexity', cost.complexity, DOCUMENT_LIMITS.complexity],
        ['aliases', cost.aliases, DOCUMENT_LIMITS.aliases],
        ['directives', cost.directives, DOCUMENT_LIMITS.directives],
        ['rootFields', node.selectionSet.selections.length, DOCUMENT_LIMITS.rootFields],
      ];
      for (const [limit, value, most] of over) {
        if (value > most)
          context.reportError(
            new GraphQLError(`Too complex: ${limit} ${value}, at most ${most}.`, {
              nodes: node,
              extensions: { limit, most },
            }),
          );
      }
    },
  };
}

function merge(total: Cost, { depth, complexity, aliases, directives }: Cost): void {
  total.depth = Math.max(total.depth, depth);
  total.complexity += complexity;
  total.aliases += aliases;
  total.directives += directives;
}

/** How often the selection below the field is answered, at most. Variables are not known here: they count as a full page. */
function sizeOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
  const sized = field.args.filter((argument) => SIZES.includes(argument.name));
  if (sized.length === 0) return isListType(getNullableType(field.type)) && !isPage(field.name) ? SHORT_LIST : 1;
  const given = node.arguments?.find((argument) => SIZES.includes(argument.name.value))?.value;
  if (given?.kind === Kind.INT) return Math.min(MAX_PAGE, Math.max(1, Number(given.value)));
  if (given !== undefined) return MAX_PAGE;
  const byDefault = sized.find((argument) => typeof argument.defaultValue === 'number')?.defaultValue;
  return typeof byDefault === 'number' ? byDefault : 20;
}

/** `edges` of a connection: counted where its size is given. */
function isPage(name: string): boolean {
  return name === 'edges';
}
