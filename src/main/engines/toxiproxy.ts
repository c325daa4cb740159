import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { StartError } from '../../platform/lifecycle/index.js';
import type { Engine, Site } from './engine.js';
import { launch, onPath } from './tools.js';

const VERSION = '2.5.0';
const binary = ({ cache }: Site): string => path.join(cache, `toxiproxy-${VERSION}`, 'server');

/** Faults of the network between programs and engines. */
export const toxiproxy: Engine = {
  name: 'toxiproxy',
  startBoundMs: 15_000,
  stopSignal: 'SIGTERM',
  async install(site) {
    if (existsSync(binary(site))) return;
    if (onPath('go') === undefined) throw new StartError('Toxiproxy is built with go, which is missing.');
    site.say(`building toxiproxy ${VERSION}, once for this machine`);
    const folder = path.dirname(binary(site));
    mkdirSync(folder, { recursive: true });
    const run = spawnSync('go', ['install', `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`], {
      encoding: 'utf8',
      env: { ...process.env, GOBIN: folder, GOTOOLCHAIN: 'local' },
    });
    if (run.status !== 0 || !existsSync(binary(site)))
      throw new StartError(`Toxiproxy cannot be built: ${run.stderr.trim().split('\n').at(-1) ?? ''}`);
  },
  async start(site) {
    const pid = launch(site, binary(site), ['-host', '127.0.0.1', '-port', String(site.port)]);
    return { pid, env: { TOXIPROXY_URL: `http://127.0.0.1:${site.port}` } };
  },
  async answers({ port }) {
    try {
      return (await fetch(`http://127.0.0.1:${port}/version`)).ok;
    } catch {
      return false;
    }
  },
};
