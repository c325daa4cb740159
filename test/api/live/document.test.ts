import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  validate,
  type GraphQLNamedType,
} from 'graphql';
import { expect, it } from 'vitest';
import { buildApiSchema } from '../../../src/api/schema.js';

const schema = buildApiSchema();

/** Every field, all the way down. */
function everything(type: GraphQLNamedType): string {
  if (isUnionType(type))
    return `{ __typename ${type
      .getTypes()
      .map((one) => `... on ${one.name} ${everything(one)}`)
      .join(' ')} }`;
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  const fields = Object.values(type.getFields()).map(
    (field) => `${field.name} ${everything(getNamedType(field.type))}`,
  );
  return `{ ${fields.join(' ')} }`;
}

it('one document can ask for every field of every update, without an alias', () => {
  const document = `subscription { updates ${everything(schema.getType('UpdateEnvelope')!)} }`;
  expect(document).toMatch(/MessageAdded .*GroupReceiptAdvanced .*CursorAdvanced/);
  expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
});
