import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from './engine.js';
import { ask, fromApt, launch } from './tools.js';

/** Redis as an operator would run it, with its commands for faults open to this machine. */
export const redis: Engine = {
  name: 'redis',
  startBoundMs: 30_000,
  stopSignal: 'SIGTERM',
  async install(site) {
    fromApt('redis-server', 'redis-server', site);
  },
  async start(site) {
    const file = path.join(site.folder, 'redis.conf');
    const settings = [
      `port ${site.port}`,
      'bind 127.0.0.1',
      `dir "${site.folder}"`,
      'appendonly yes',
      'save ""',
      'maxmemory-policy volatile-ttl',
      'enable-debug-command local',
    ];
    writeFileSync(file, `${settings.join('\n')}\n`);
    return { pid: launch(site, 'redis-server', [file]), env: { REDIS_URL: `redis://127.0.0.1:${site.port}` } };
  },
  answers: async ({ port }) => (await ask(port, 'PING\r\n')).startsWith('+PONG'),
};
