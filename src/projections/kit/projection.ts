import type pg from 'pg';
import { streamCategory } from '../../domain/shared/streams.js';
import type { OpenedEvent } from '../../platform/keys/opener.js';

export type { OpenedEvent };

/** A read model: tables that are a function of the log. */
export interface Projection {
  readonly id: string;
  /** Another version is another read model: it is built beside the old one, then takes its place. */
  readonly version: number;
  /** The file with its tables, applied with the build's schema as the search path. */
  readonly ddl: string;
  readonly eventTypes: readonly string[];
  /** Categories of streams all of whose events it takes. */
  readonly categories?: readonly string[];
  /**
   * Applies events in log order, a few statements for all of them. Applying a batch again changes nothing. Never rejects a fact.
   * Tables are addressed as `${schema}.<table>`.
   */
  project(batch: readonly OpenedEvent[], tx: pg.PoolClient, schema: string): Promise<void>;
}

export function concerns({ eventTypes, categories }: Projection, { type, stream }: OpenedEvent): boolean {
  return eventTypes.includes(type) || (categories?.includes(streamCategory(stream)) ?? false);
}
