-- Conversations and who is in them. Half-empty pages let an update stay on its page, without touching an index.
CREATE TABLE conversations (
  id               uuid PRIMARY KEY,
  kind             text NOT NULL,
  head_seq         int NOT NULL,
  last_message_seq int,
  last_at          timestamptz NOT NULL,
  last_position    bigint NOT NULL,
  started_position bigint NOT NULL
) WITH (fillfactor = 50);

-- A membership holds for what has from_seq <= seq < to_seq.
CREATE TABLE memberships (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  from_seq        int NOT NULL,
  to_seq          int,
  position        bigint NOT NULL,
  PRIMARY KEY (conversation_id, account_id, from_seq)
);
CREATE INDEX memberships_account ON memberships (account_id, conversation_id);
