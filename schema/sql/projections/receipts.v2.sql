-- How far each device has come. `position` is that of its last receipt, -1 while only sending has moved it. `shown_*` is what the
-- other members may know of it, without what privacy or a block kept back; `sent` is the last that it sent, for all to see.
CREATE TABLE watermarks (
  conversation_id uuid NOT NULL,
  account_id      uuid NOT NULL,
  device_id       uuid NOT NULL,
  delivered       int NOT NULL,
  read            int NOT NULL,
  position        bigint NOT NULL,
  shown_delivered int NOT NULL,
  shown_read      int NOT NULL,
  shown_position  bigint NOT NULL,
  sent            int NOT NULL,
  at              timestamptz NOT NULL,
  PRIMARY KEY (conversation_id, account_id, device_id)
) WITH (fillfactor = 50);
