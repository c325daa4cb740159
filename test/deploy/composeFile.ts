import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export function readCompose(): ComposeFile {
  const file = path.resolve(import.meta.dirname, '../../docker-compose.yml');
  return parse(readFileSync(file, 'utf8')) as ComposeFile;
}

/** The environment of a service with its `${NAME:-default}` and `${NAME:?message}` filled in. */
export function environmentOf(service: string, given: Readonly<Record<string, string>>): Record<string, string> {
  const { environment } = readCompose().services[service] ?? { environment: {} };
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, variable: string, kind?: string, rest?: string) => {
        const found = given[variable];
        if (found !== undefined && found !== '') return found;
        if (kind === '?') throw new Error(`${variable}: ${rest ?? 'not set'}`);
        return rest ?? '';
      }),
    ]),
  );
}
