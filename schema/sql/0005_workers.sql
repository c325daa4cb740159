-- How far each worker has followed the log: whatever is at or before the position was handled, or is in worker_retries.
CREATE TABLE worker_checkpoints (
  worker   text PRIMARY KEY,
  position bigint NOT NULL
);

-- Events that a worker could not handle yet, and (`parked`) those that it gave up: an operator's to look at.
CREATE TABLE worker_retries (
  worker   text NOT NULL,
  position bigint NOT NULL,
  stream   text NOT NULL,
  revision int NOT NULL,
  type     text NOT NULL,
  attempts int NOT NULL,
  next_at  timestamptz NOT NULL,
  error    text,
  parked   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (worker, position)
);
CREATE INDEX worker_retries_streams ON worker_retries (worker, stream, position) WHERE NOT parked;
