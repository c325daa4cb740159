-- Contact books and blocks. A number that left a book stays as a row without phone and name, so that a device that was away
-- hears of it; an unblocked account likewise. `since` is the position from which the number has been in the book.
CREATE TABLE contacts (
  owner_id    uuid NOT NULL,
  phone_hmac  text NOT NULL,
  phone       text,
  name        text,
  sort        text COLLATE "C",
  fingerprint text,
  removed     boolean NOT NULL,
  since       bigint,
  position    bigint NOT NULL,
  PRIMARY KEY (owner_id, phone_hmac)
);
CREATE INDEX contacts_by_name ON contacts (owner_id, sort, left(phone_hmac, 32)) WHERE NOT removed;
CREATE INDEX contacts_by_phone ON contacts (phone_hmac) WHERE NOT removed;
CREATE INDEX contacts_by_position ON contacts (owner_id, position);

CREATE TABLE blocks (
  owner_id   uuid NOT NULL,
  account_id uuid NOT NULL,
  blocked    boolean NOT NULL,
  position   bigint NOT NULL,
  PRIMARY KEY (owner_id, account_id)
);

-- How far each contacts stream was projected: what a command folds the tail onto.
CREATE TABLE contact_books (
  owner_id uuid PRIMARY KEY,
  revision int NOT NULL
);
