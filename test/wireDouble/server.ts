import grpc from '@grpc/grpc-js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { createAppends, abort, type Appends } from './appends.js';
import { noFaults, type Faults } from './faults.js';
import { createWireLog, type WireLog } from './log.js';
import { openLogFile } from './logFile.js';
import { createReads, type Reads } from './reads.js';

export interface WireDoubleOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Keeps the log in this file; without it the log is in memory. */
  readonly file?: string;
  /** A log that outlives the server, for a restart in the same process. */
  readonly log?: WireLog;
  /** Before 23.10 there is no caught_up (F6). */
  readonly version?: string;
  /** W1: false for a server that knows no BatchAppend; null for one that knows no ServerFeatures. */
  readonly batchAppend?: boolean | null;
  /** A server that gives each event of an append a position of its own. */
  readonly ownPositions?: boolean;
}

export interface WireDouble {
  readonly port: number;
  readonly url: string;
  readonly log: WireLog;
  readonly faults: Faults;
  readonly seen: Appends['seen'];
  readonly subscriptions: Reads['subscriptions'];
  readonly openBatches: () => number;
  releaseLateReplies(): void;
  /** Ends the oldest BatchAppend call with this code. */
  abortOldestBatch(code?: grpc.status): void;
  /** Breaks every connection; the server goes on listening. */
  disconnect(): void;
  /** The server is gone, as after a kill: connections break, nothing listens. */
  kill(): void;
}

/** A gRPC server with the part of EventStoreDB that EVENTSTORE.md describes (W6). */
export async function startWireDouble(options: WireDoubleOptions = {}): Promise<WireDouble> {
  const log =
    options.log ??
    createWireLog({
      ...(options.file === undefined ? {} : { file: openLogFile(options.file) }),
      ownPositions: options.ownPositions ?? false,
    });
  const version = options.version ?? '23.10.8';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const faults = noFaults();
  // W3: messages of up to 17 MiB, keepalive pings of the client every 10 s allowed.
  const server = new grpc.Server({
    'grpc.max_receive_message_length': 17 * 1024 * 1024,
    'grpc.http2.min_ping_interval_without_data_ms': 1000,
  });
  let port = options.port ?? 0;

  const disconnect = (): void => {
    // Draining with no time to spare destroys every session of the port, and keeps listening.
    server.drain(`127.0.0.1:${port}`, 0);
  };
  const appends = createAppends(log, faults, disconnect);
  const reads = createReads(log, faults, { caughtUp: major > 23 || (major === 23 && minor >= 10) });

  server.addService(streamsGrpc.StreamsService, {
    read: reads.read,
    append: appends.append,
    batchAppend: appends.batchAppend,
    delete: appends.delete,
    tombstone: appends.tombstone,
  });
  if (options.batchAppend !== null) {
    server.addService(featuresGrpc.ServerFeaturesService, {
      // W1.
      getSupportedMethods: (_call: unknown, callback: grpc.sendUnaryData<features.SupportedMethods>) => {
        const methods = new features.SupportedMethods();
        methods.setEventStoreServerVersion(version);
        const add = (name: string, supported: string[]): void => {
          const method = new features.SupportedMethod();
          method.setServiceName('event_store.client.streams.streams');
          method.setMethodName(name);
          method.setFeaturesList(supported);
          methods.addMethods(method);
        };
        add('read', ['position', 'events']);
        add('append', []);
        add('delete', []);
        add('tombstone', []);
        if (options.batchAppend !== false) add('batchappend', ['deadline_duration']);
        callback(null, methods);
      },
    });
  }

  port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });

  return {
    port,
    url: `esdb://127.0.0.1:${port}?tls=false`,
    log,
    faults,
    seen: appends.seen,
    subscriptions: reads.subscriptions,
    openBatches: () => appends.batches.length,
    releaseLateReplies: appends.releaseLateReplies,
    abortOldestBatch: (code = grpc.status.INTERNAL) => {
      const [oldest] = appends.batches;
      if (oldest) abort(oldest, code);
    },
    disconnect,
    kill: () => server.forceShutdown(),
  };
}
