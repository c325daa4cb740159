import { EventStoreDBClient } from '@eventstore/db-client';
import streamsGrpc, { type StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type pb from '@eventstore/db-client/generated/streams_pb.js';
import type { ClientDuplexStream, CallOptions, Metadata } from '@grpc/grpc-js';
import { EventStoreError } from '../port.js';

export type BatchStream = ClientDuplexStream<pb.BatchAppendReq, pb.BatchAppendResp>;

/** What the adapter takes from the client beyond its public methods; checked when the client is made (docs/adr/0019). */
interface Internals {
  GRPCStreamCreator(
    client: typeof StreamsClient,
    name: string,
    creator: (stub: StreamsClient) => BatchStream,
  ): () => Promise<BatchStream>;
  callArguments(base: object, options?: CallOptions): [Metadata, CallOptions];
  supports(method: typeof streamsGrpc.StreamsService.batchAppend): Promise<boolean>;
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  getChannel(): Promise<{ close(): void }>;
  createDeadline(ms: number): Date;
}

export interface Connection {
  readonly client: EventStoreDBClient;
  /** A BatchAppend call of our own on the client's channel: its discovery, credentials and reconnects hold for it too. */
  openBatchStream(): Promise<BatchStream>;
  supportsBatchAppend(): Promise<boolean>;
  serverVersion(): Promise<string>;
  deadline(ms: number): Date;
  close(): Promise<void>;
}

export function connect(connectionString: string): Connection {
  // F3: with this setting the client answers a revision of its own making.
  if (/[?&]throwOnAppendFailure=false/i.test(connectionString))
    throw new EventStoreError('invalid', 'EVENTSTORE_URL must not set throwOnAppendFailure to false.');
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(connectionString);
  } catch {
    // The client's own message repeats the string, with its password.
    throw new EventStoreError('invalid', 'EVENTSTORE_URL is not a connection string of EventStoreDB (esdb://…).');
  }
  const internals = client as unknown as Internals;
  for (const name of ['GRPCStreamCreator', 'callArguments', 'supports', 'getChannel', 'createDeadline'] as const) {
    if (typeof internals[name] !== 'function')
      throw new EventStoreError('invalid', `This version of @eventstore/db-client has no ${name}.`);
  }
  return {
    client,
    openBatchStream: internals.GRPCStreamCreator(streamsGrpc.StreamsClient, 'appendToStream', (stub) =>
      stub.batchAppend(...internals.callArguments({}, { deadline: Infinity })),
    ),
    supportsBatchAppend: () => internals.supports(streamsGrpc.StreamsService.batchAppend),
    serverVersion: async () => (await internals.capabilities).serverVersion,
    deadline: (ms) => internals.createDeadline(ms),
    close: async () => {
      await client.dispose();
      const channel = await internals.getChannel().catch(() => null);
      channel?.close();
    },
  };
}
