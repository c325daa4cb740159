-- Which node does what only one should do at a time.
CREATE TABLE leases (
  name       text PRIMARY KEY,
  holder     uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
