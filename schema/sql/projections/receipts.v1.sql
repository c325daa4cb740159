-- How far each device has come. `position` is that of its last receipt, -1 while only sending has moved it.
CREATE TABLE watermarks (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  device_id       uuid NOT NULL,
  delivered       int NOT NULL,
  read            int NOT NULL,
  position        bigint NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (conversation_id, account_id, device_id)
) WITH (fillfactor = 50);
