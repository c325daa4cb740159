import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readCompose } from './composeFile.js';

const root = path.resolve(import.meta.dirname, '../..');

describe('docker-compose.yml', () => {
  const schema = JSON.parse(readFileSync(path.join(root, 'deploy/compose-spec.json'), 'utf8')) as { $schema?: string };
  delete schema.$schema; // its address of draft 07 is not the one that ajv knows
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');

  it('follows the Compose Specification', () => {
    expect(validate(parse(text)) || validate.errors).toBe(true);
  });

  it('is checked by something that can fail', () => {
    expect(validate(parse(text.replace('    image: postgres', '    imagee: postgres')))).toBe(false);
  });

  it('waits only for services that say when they are ready, and mounts only named volumes', () => {
    const { services, volumes } = readCompose();
    for (const service of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(services[name]?.healthcheck).toBeDefined();
      }
      for (const volume of service.volumes ?? []) expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
    }
  });

  it('holds no secret', () => {
    expect(text).not.toMatch(/(PASSWORD|MASTER_KEY|TOKEN): (?!\$\{)/);
  });

  it('builds an image that is not run as root', () => {
    const dockerfile = readFileSync(path.join(root, 'deploy/Dockerfile'), 'utf8');
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(2);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });
});
