import type { App } from './compose.js';

/** What a person wants to know after the start, and the line `ready http://…` that scripts wait for. */
export function banner({ adapters, config }: Pick<App, 'adapters' | 'config'>, url: string): string {
  const width = Math.max(...Object.keys(adapters).map((port) => port.length));
  const lines = Object.entries(adapters).map(([port, adapter]) => `  ${port.padEnd(width)}  ${adapter}`);
  const development =
    config.mode === 'development'
      ? [
          `  playground  ${url}/playground`,
          '',
          '  A one-time code, in development: query devOutbox(phone: "+49…") { code } in the playground.',
        ]
      : [];
  return [
    `Parlance (${config.mode})`,
    ...lines,
    '',
    `  GraphQL     ${url}/graphql (HTTP and WebSocket)`,
    ...development,
    '',
    `ready ${url}`,
    '',
  ].join('\n');
}
