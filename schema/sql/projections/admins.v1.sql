-- An account was an admin of what has from_seq <= seq < to_seq; to_seq null: it still is.
CREATE TABLE admin_terms (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  from_seq        int NOT NULL,
  to_seq          int,
  PRIMARY KEY (conversation_id, account_id, from_seq)
);
