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

-- What a community's stream last said about a group, at since_seq. link_seq: the sequence of the group's stream that it is about.
CREATE TABLE community_groups (
  community_id uuid NOT NULL,
  group_id     uuid NOT NULL,
  link_seq     int NOT NULL,
  linked       boolean NOT NULL,
  since_seq    int NOT NULL,
  PRIMARY KEY (community_id, group_id)
);

-- What a group's stream last said about its community, at seq.
CREATE TABLE group_communities (
  group_id     uuid PRIMARY KEY,
  community_id uuid NOT NULL,
  linked       boolean NOT NULL,
  seq          int NOT NULL
);
