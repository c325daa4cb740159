-- Who is registered, and on which devices. Personal columns are null once the account's key is destroyed.
CREATE TABLE accounts (
  id            uuid PRIMARY KEY,
  phone         text,
  phone_hmac    text NOT NULL,
  country       text NOT NULL,
  name          text,
  about         text,
  avatar        text,
  registered_at timestamptz NOT NULL,
  position      bigint NOT NULL
);
CREATE INDEX accounts_phone ON accounts (phone_hmac);

CREATE TABLE devices (
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL,
  name       text,
  platform   text NOT NULL,
  linked_at  timestamptz NOT NULL,
  revoked_at timestamptz,
  position   bigint NOT NULL
);
CREATE INDEX devices_account ON devices (account_id, linked_at);
