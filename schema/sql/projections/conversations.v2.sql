-- Conversations and who is in them. `shown_seq` and `shown_at`: of what is not withheld, -1 for nothing. Half-empty pages let an update stay on its page, without touching an index.
CREATE TABLE conversations (
  id               uuid PRIMARY KEY,
  kind             text NOT NULL,
  head_seq         int NOT NULL,
  last_message_seq int,
  last_at          timestamptz NOT NULL,
  shown_seq        int NOT NULL,
  shown_at         timestamptz NOT NULL,
  last_position    bigint NOT NULL,
  started_position bigint NOT NULL,
  name             text,
  description      text,
  avatar           text,
  settings         jsonb,
  timer_seconds    int
) WITH (fillfactor = 50);

-- A member was told of what has joined_seq <= seq < to_seq, and may read from from_seq on. One row a membership: who comes back has two.
-- `own_seq` and `own_at`: of the last that the account did and that is withheld from the other.
-- left_info: what the conversation was called, and its settings, when the membership ended.
CREATE TABLE memberships (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  role            text NOT NULL,
  from_seq        int NOT NULL,
  joined_seq      int NOT NULL,
  to_seq          int,
  left_at         timestamptz,
  position        bigint NOT NULL,
  own_seq         int,
  own_at          timestamptz,
  left_info       jsonb,
  PRIMARY KEY (conversation_id, account_id, joined_seq)
);
CREATE INDEX memberships_listed ON memberships (conversation_id, joined_seq, account_id) WHERE role <> 'follower';
CREATE INDEX memberships_account ON memberships (account_id, conversation_id, joined_seq);

CREATE TABLE invite_links (
  conversation_id uuid NOT NULL,
  link_id         uuid NOT NULL,
  token_hash      text NOT NULL,
  created_by      uuid NOT NULL,
  created_at      timestamptz NOT NULL,
  expires_at      timestamptz,
  max_uses        int,
  uses            int NOT NULL,
  last_use_seq    int,
  revoked_at      timestamptz,
  PRIMARY KEY (conversation_id, link_id)
);
CREATE UNIQUE INDEX invite_links_token ON invite_links (token_hash);

-- Requests as they were last made or decided, at `seq`.
CREATE TABLE join_requests (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  link_id         uuid,
  open            boolean NOT NULL,
  at              timestamptz NOT NULL,
  seq             int NOT NULL,
  PRIMARY KEY (conversation_id, account_id)
);
