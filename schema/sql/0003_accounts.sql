-- Codes that were sent and not yet used: one a number, hashed.
CREATE TABLE otps (
  phone_hmac text PRIMARY KEY,
  code_hmac  text NOT NULL,
  attempts   int NOT NULL DEFAULT 0,
  sent_at    timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX otps_expiry ON otps (expires_at);

-- One a device: the chain of its refresh tokens. `family` is the hash of the part that all tokens of a session share.
CREATE TABLE sessions (
  family      bytea PRIMARY KEY,
  device_id   uuid NOT NULL UNIQUE,
  account_id  uuid NOT NULL,
  current     bytea[] NOT NULL,
  previous    bytea,
  rotated_at  timestamptz NOT NULL,
  created_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  ended_for   text
);
CREATE INDEX sessions_account ON sessions (account_id);

-- Keys that sign access tokens; the private half is wrapped by the master key.
CREATE TABLE signing_keys (
  kid         text PRIMARY KEY,
  public_key  bytea NOT NULL,
  wrapped     bytea NOT NULL,
  created_at  timestamptz NOT NULL,
  retires_at  timestamptz
);

-- Text messages of a development server.
CREATE TABLE outbox (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recipient text NOT NULL,
  body      text NOT NULL,
  code      text,
  at        timestamptz NOT NULL
);
CREATE INDEX outbox_recipient ON outbox (recipient, id);
