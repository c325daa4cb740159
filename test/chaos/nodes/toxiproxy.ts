/** A way between a node and an engine that can be broken. */
export interface Way {
  readonly port: number;
  /** Connections end, new ones are refused. */
  cut(): Promise<void>;
  /** Nothing passes, nothing ends: a network that has lost its cable. */
  silence(): Promise<void>;
  /** As before. What a silence has swallowed is gone with its connections, as after any long one. */
  heal(): Promise<void>;
}

/** Opens a way from `port` to `upstream`, both on loopback, through the Toxiproxy at `api`. */
export async function openWay(api: string, name: string, port: number, upstream: string): Promise<Way> {
  const call = async (method: string, path: string, body?: object): Promise<void> => {
    const response = await fetch(`${api}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok && response.status !== 404)
      throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${await response.text()}`);
  };
  const streams = ['upstream', 'downstream'] as const;
  const enable = (enabled: boolean): Promise<void> => call('POST', `/proxies/${name}`, { enabled });
  await call('POST', '/proxies', { name, listen: `127.0.0.1:${port}`, upstream, enabled: true });
  return {
    port,
    cut: () => enable(false),
    async silence() {
      for (const stream of streams)
        await call('POST', `/proxies/${name}/toxics`, {
          name: `silent-${stream}`,
          type: 'timeout',
          stream,
          attributes: { timeout: 0 },
        });
    },
    async heal() {
      await enable(false);
      for (const stream of streams) await call('DELETE', `/proxies/${name}/toxics/silent-${stream}`);
      await enable(true);
    },
  };
}
