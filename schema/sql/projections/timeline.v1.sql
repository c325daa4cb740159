-- One row a revision of a conversation's stream. `at` and `position` grow with `seq`.
CREATE TABLE timeline (
  conversation_id uuid NOT NULL,
  seq             int NOT NULL,
  position        bigint NOT NULL,
  event_id        uuid NOT NULL UNIQUE,
  kind            text NOT NULL,
  author_id       uuid,
  device_id       uuid,
  client_id       text,
  at              timestamptz NOT NULL,
  text            text,
  algorithm       text,
  payload         bytea,
  fingerprint     text,
  erased          boolean NOT NULL,
  PRIMARY KEY (conversation_id, seq) INCLUDE (author_id, kind, erased)
);
