-- When each account last went offline. Of the events only the last of each account is kept: this is no function of the
-- whole log, but of what is left of it, and both give the same as long as last seens do not go back.
CREATE TABLE last_seen (
  account_id uuid PRIMARY KEY,
  at         timestamptz NOT NULL
) WITH (fillfactor = 50);
