import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildApiSchema } from './schema.js';

const HEADER = `# Emitted from src/api by npm run emit: do not edit. This is the schema in production. In development mode on a
# loopback address it also has the query devOutbox(phone: String!): [OutboxMessage!]!, the last lines of this file.
`;

/** schema/schema.graphql: sorted, so that a change shows as what it is. */
export function printSchemaText(): string {
  const production = printSchema(lexicographicSortSchema(buildApiSchema()));
  return `${HEADER}\n${production}\n\n${developmentExtension()}`;
}

/** Only as a comment: what reads the file as the production schema must not find it. */
function developmentExtension(): string {
  const development = printSchema(lexicographicSortSchema(buildApiSchema({ development: true })));
  const type = /^"""[^"]*"""\ntype OutboxMessage \{[^}]*\}/m.exec(development)?.[0] ?? '';
  const text = `extend type Query {\n  devOutbox(phone: String!): [OutboxMessage!]!\n}\n\n${type}\n`;
  return text.replace(/^(?=.)/gm, '# ');
}
