-- Who gets what is sent to a broadcast list: what has from_seq <= seq < to_seq. One row a time in the list.
CREATE TABLE broadcast_recipients (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  from_seq        int NOT NULL,
  to_seq          int,
  PRIMARY KEY (conversation_id, account_id, from_seq)
);
