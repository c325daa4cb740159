-- Accounts that administer the server, and those that did once. `since` is of the last change.
CREATE TABLE administrators (
  account_id    uuid PRIMARY KEY,
  administrator boolean NOT NULL,
  since         timestamptz NOT NULL,
  position      bigint NOT NULL
);
