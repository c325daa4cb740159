import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import path from 'node:path';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '../platform/observability/logger.js';
import { authenticate, makeContext, type ApiContext, type Services } from './kit/context.js';
import { errorPresenter, fault, type PresentError } from './kit/errors.js';
import { DOCUMENT_LIMITS, validationRules } from './kit/limits.js';

export interface Health {
  /** Why the process should be restarted; undefined when it lives. */
  live(): string | undefined;
  /** By name, whether each thing that a request needs is there. */
  ready(): Promise<Readonly<Record<string, boolean>>>;
  /** Events that workers gave up: shown, but no reason to send requests elsewhere. */
  parked?(): Promise<number>;
}

export interface HttpDeps {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly logger: Logger;
  /** prom-client's registry. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  readonly health: Health;
  /** Folder of the built playground; none: the page is not served. */
  readonly playground?: string;
}

/** Whether schema and playground are shown: to everybody in development, to nobody in production. */
export function showsSchema(services: Pick<Services, 'config'>): boolean {
  return services.config.mode === 'development';
}

export function presenterOf(logger: Logger): PresentError {
  return errorPresenter({ logger, incident: () => randomBytes(6).toString('hex') });
}

/** POST /graphql, /playground, /health/*, /metrics. The sockets' upgrade handler is put on it elsewhere. */
export function createHttpServer(deps: HttpDeps): Server {
  const present = presenterOf(deps.logger);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  operations(app, deps, present);
  playground(app, deps);
  probes(app, deps);
  app.use((_request, response) => {
    response
      .status(404)
      .json({ errors: [{ message: 'There is nothing here: see /graphql.', extensions: { code: 'BAD_USER_INPUT' } }] });
  });
  app.use(failures(present));
  const server = createServer(app);
  // Longer than the idle time of usual proxies, so that none reuses a connection that is just being closed.
  server.keepAliveTimeout = 65_000;
  return server;
}

function operations(app: Express, { schema, services, logger }: HttpDeps, present: PresentError): void {
  const introspection = showsSchema(services);
  const apollo = new ApolloServer<ApiContext>({
    schema,
    introspection,
    validationRules: [...validationRules({ introspection })],
    parseOptions: { maxLexicalTokens: DOCUMENT_LIMITS.tokens },
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // Apollo's own formatting has lost what the error was; ours takes the original.
    formatError: (_formatted, error) => present(error),
    plugins: [ApolloServerPluginLandingPageDisabled()],
    logger,
  });
  apollo.startInBackgroundHandlingStartupErrorsByLoggingAndFailingAllRequests();
  app.use(
    '/graphql',
    express.json({ limit: DOCUMENT_LIMITS.bodyBytes }),
    expressMiddleware(apollo, {
      context: async ({ req }) => {
        const token = bearer(req);
        // With a token that has ended the public operations still work, refreshSession among them.
        const session = token === undefined ? null : await authenticate(services, token);
        return makeContext(services, { session, address: addressOf(req), transport: 'http' });
      },
    }),
  );
}

function playground(app: Express, { services, playground: folder }: HttpDeps): void {
  if (folder === undefined || !showsSchema(services)) return;
  app.use('/playground', express.static(folder, { index: 'index.html', redirect: true, cacheControl: false }));
  app.get('/', (_request, response) => {
    response.redirect('/playground/');
  });
}

function probes(app: Express, { health, metrics }: HttpDeps): void {
  app.get('/health/live', (_request, response) => {
    const problem = health.live();
    response
      .status(problem === undefined ? 200 : 503)
      .json({ live: problem === undefined, ...(problem === undefined ? {} : { problem }) });
  });
  app.get('/health/ready', async (_request, response) => {
    const [checks, parked] = await Promise.all([health.ready(), health.parked?.()]);
    const ready = Object.values(checks).every(Boolean);
    response.status(ready ? 200 : 503).json({ ready, checks, ...(parked !== undefined && { parked }) });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });
}

/** Of what Express or a parser threw before GraphQL had the request. */
function failures(present: PresentError): ErrorRequestHandler {
  return (error: unknown, _request, response: Response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    const shown =
      status === 413
        ? fault('TOO_COMPLEX', 'The request is too large.', { most: DOCUMENT_LIMITS.bodyBytes })
        : status < 500
          ? fault('BAD_USER_INPUT', 'The request cannot be read.')
          : error;
    response.status(status).json({ errors: [present(shown)] });
  };
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 ? status : 500;
}

export function bearer({ headers }: IncomingMessage): string | undefined {
  return /^Bearer ([\w-]+\.[\w-]+\.[\w-]+|\S{1,4096})$/i.exec(headers.authorization ?? '')?.[1];
}

export function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? 'unknown';
}

/** Where the build puts the playground. */
export function playgroundFolder(projectRoot: string): string {
  return path.join(projectRoot, 'dist', 'playground');
}
