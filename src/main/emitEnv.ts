import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { environmentExample, environmentSchema, projectRoot } from '../platform/config/index.js';

// Writes schema/env.json and .env.example from the one table of settings.
writeFileSync(path.join(projectRoot, 'schema/env.json'), environmentSchema());
writeFileSync(path.join(projectRoot, '.env.example'), environmentExample());
