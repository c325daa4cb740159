-- How accounts keep their chats. Positions are those of the last change, -1 before the first. Half-empty pages let an update stay
-- on its page.
CREATE TABLE chat_preferences (
  account_id        uuid NOT NULL,
  conversation_id   uuid NOT NULL,
  muted             boolean NOT NULL,
  muted_until       timestamptz,
  archived          boolean NOT NULL,
  pinned_at         timestamptz,
  marked_unread     boolean NOT NULL,
  cleared_to        int NOT NULL,
  deleted_to        int NOT NULL,
  position          bigint NOT NULL,
  draft             text,
  draft_fingerprint text,
  draft_at          timestamptz,
  draft_position    bigint NOT NULL,
  PRIMARY KEY (account_id, conversation_id)
) WITH (fillfactor = 50);

-- A star that was taken away leaves its row: devices that were away are told.
CREATE TABLE starred_messages (
  account_id      uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq             int NOT NULL,
  starred         boolean NOT NULL,
  at              timestamptz NOT NULL,
  position        bigint NOT NULL,
  PRIMARY KEY (account_id, conversation_id, seq)
);
CREATE INDEX starred_messages_position ON starred_messages (account_id, position);

CREATE TABLE hidden_messages (
  account_id      uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq             int NOT NULL,
  position        bigint NOT NULL,
  PRIMARY KEY (account_id, conversation_id, seq)
);
CREATE INDEX hidden_messages_position ON hidden_messages (account_id, position);

-- Up to which revision of the account's stream the tables above are made: what a command folds the rest onto.
CREATE TABLE preference_heads (
  account_id uuid PRIMARY KEY,
  revision   int NOT NULL
) WITH (fillfactor = 50);

-- What is to be sent later. `text` is null once the account's key is destroyed.
CREATE TABLE scheduled_messages (
  id              uuid PRIMARY KEY,
  account_id      uuid NOT NULL,
  device_id       uuid,
  conversation_id uuid NOT NULL,
  client_id       text NOT NULL,
  at              timestamptz NOT NULL,
  kind            text NOT NULL,
  text            text,
  algorithm       text,
  payload         bytea,
  fingerprint     text NOT NULL,
  status          text NOT NULL,
  seq             int,
  reason          text,
  position        bigint NOT NULL
);
CREATE INDEX scheduled_messages_account ON scheduled_messages (account_id, at, id);
CREATE INDEX scheduled_messages_due ON scheduled_messages (at) WHERE status IN ('waiting', 'released');
