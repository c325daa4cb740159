-- What the housekeeping looks for: rows that nobody needs any more, by the instant from which that counts.
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_idle ON sessions (rotated_at) WHERE ended_at IS NULL;
CREATE INDEX signing_keys_retired ON signing_keys (retires_at) WHERE retires_at IS NOT NULL;
CREATE INDEX outbox_at ON outbox (at);
