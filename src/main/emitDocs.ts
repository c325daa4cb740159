import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../platform/config/index.js';
import { withRedisTable } from '../platform/redis/table.js';

// Writes the table of docs/reference/redis.md from src/platform/redis/keys.ts.
const file = path.join(projectRoot, 'docs/reference/redis.md');
writeFileSync(file, withRedisTable(readFileSync(file, 'utf8')));
