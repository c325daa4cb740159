-- Who is registered, on which devices, and what they show to whom. `registered` is the position of the registration. Personal columns are null once the account's key is destroyed.
CREATE TABLE accounts (
  id            uuid PRIMARY KEY,
  phone         text,
  phone_hmac    text NOT NULL,
  country       text NOT NULL,
  name          text,
  about         text,
  avatar        text,
  registered_at timestamptz NOT NULL,
  registered    bigint NOT NULL,
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

-- Settings that were ever changed; without a row the default holds. `value`: an audience, `contacts_except:<ids>`, `on` or `off`.
CREATE TABLE privacy_settings (
  account_id uuid NOT NULL,
  setting    text NOT NULL,
  value      text NOT NULL,
  revision   int NOT NULL,
  position   bigint NOT NULL,
  PRIMARY KEY (account_id, setting)
);
