-- Who gets what is sent to a broadcast list: what has from_seq <= seq < to_seq. One row a time in the list.
CREATE TABLE broadcast_recipients (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  from_seq        int NOT NULL,
  to_seq          int,
  PRIMARY KEY (conversation_id, account_id, from_seq)
);

CREATE TABLE channels (
  conversation_id uuid PRIMARY KEY,
  handle          text NOT NULL UNIQUE
);

-- The last that an account said about following a channel.
CREATE TABLE channel_follows (
  account_id uuid NOT NULL,
  channel_id uuid NOT NULL,
  following  boolean NOT NULL,
  position   bigint NOT NULL,
  PRIMARY KEY (account_id, channel_id)
);
CREATE INDEX channel_follows_channel ON channel_follows (channel_id) WHERE following;
