-- One row a revision of a conversation's stream, whatever its event. `position` grows with `seq`. A message's row has what it says
-- now: what was edited or deleted since is not in it, so nothing that reads it can bring that back. `original`: what an edited
-- message said at first; gone with the rest.
CREATE TABLE timeline (
  conversation_id uuid NOT NULL,
  seq             int NOT NULL,
  position        bigint NOT NULL,
  event_id        uuid NOT NULL UNIQUE,
  kind            text NOT NULL,
  message         boolean NOT NULL,
  author_id       uuid,
  device_id       uuid,
  client_id       text,
  at              timestamptz NOT NULL,
  text            text,
  algorithm       text,
  payload         bytea,
  fingerprint     text,
  target_seq      int,
  body            jsonb,
  reply_to        int,
  hops            int,
  mentions        jsonb,
  withheld        boolean NOT NULL,
  view_once       boolean NOT NULL,
  expires_at      timestamptz,
  original        text,
  edited_seq      int,
  edited_at       timestamptz,
  deleted_at      timestamptz,
  deleted_by      uuid,
  erased          boolean NOT NULL,
  PRIMARY KEY (conversation_id, seq) INCLUDE (author_id, message, withheld, erased)
);
CREATE INDEX timeline_edits ON timeline (conversation_id, target_seq) WHERE kind IN ('message_edited', 'link_preview_added', 'location_updated');
-- What somebody did about a message that is withheld from the other: it changes what they alone see of it.
CREATE INDEX timeline_withheld ON timeline (conversation_id, target_seq) WHERE withheld AND target_seq IS NOT NULL;
CREATE INDEX timeline_mentions ON timeline (conversation_id, seq) WHERE mentions IS NOT NULL;
CREATE INDEX timeline_expiry ON timeline (conversation_id, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX timeline_expiring ON timeline (expires_at) WHERE expires_at IS NOT NULL AND NOT erased;

-- The last reaction of each account to each message, and the last that is withheld: to that account the later of the two counts, to
-- others the first alone. `emoji` null: taken back. `seq` is that of the change.
CREATE TABLE reactions (
  conversation_id uuid NOT NULL,
  target_seq      int NOT NULL,
  account_id      uuid NOT NULL,
  emoji           text,
  withheld        boolean NOT NULL,
  seq             int NOT NULL,
  PRIMARY KEY (conversation_id, target_seq, account_id, withheld)
);
CREATE INDEX reactions_newest ON reactions (conversation_id, target_seq, seq) WHERE emoji IS NOT NULL;

-- The last vote of each account in each poll, and the last that is withheld; no options: taken back.
CREATE TABLE poll_votes (
  conversation_id uuid NOT NULL,
  target_seq      int NOT NULL,
  account_id      uuid NOT NULL,
  options         jsonb NOT NULL,
  withheld        boolean NOT NULL,
  seq             int NOT NULL,
  PRIMARY KEY (conversation_id, target_seq, account_id, withheld)
);
CREATE INDEX poll_votes_newest ON poll_votes (conversation_id, target_seq, seq) WHERE options <> '[]';

-- The accounts that have opened a message that is shown once.
CREATE TABLE view_once_openings (
  conversation_id uuid NOT NULL,
  target_seq      int NOT NULL,
  account_id      uuid NOT NULL,
  at              timestamptz NOT NULL,
  seq             int NOT NULL,
  PRIMARY KEY (conversation_id, target_seq, account_id)
);

-- Whether a message is pinned. `only_for`: to the account alone that said so, withheld from the other; to it the later counts.
CREATE TABLE pins (
  conversation_id uuid NOT NULL,
  target_seq      int NOT NULL,
  pinned          boolean NOT NULL,
  by_account      uuid,
  at              timestamptz NOT NULL,
  only_for        uuid,
  seq             int NOT NULL,
  UNIQUE NULLS NOT DISTINCT (conversation_id, target_seq, only_for)
);
