import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { printSchemaText } from '../api/sdl.js';
import { projectRoot } from '../platform/config/root.js';

// Writes schema/schema.graphql; with --check only says whether it is what the code says.
const file = path.join(projectRoot, 'schema', 'schema.graphql');
const text = printSchemaText();
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('schema/schema.graphql is stale: run npm run emit');
  process.exitCode = 1;
}
