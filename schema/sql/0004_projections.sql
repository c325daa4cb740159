-- Where each build of each projection stands. One build a projection is active: the views in `public` show it.
CREATE TABLE projections (
  id              text NOT NULL,
  build           int NOT NULL,
  version         int NOT NULL,
  schema_name     text NOT NULL UNIQUE,
  position        bigint NOT NULL,
  active          boolean NOT NULL,
  parked_position bigint,
  parked_error    text,
  PRIMARY KEY (id, build)
);
CREATE UNIQUE INDEX projections_active ON projections (id) WHERE active;

-- The log that the read model was made from. A start refuses a read model of another log.
CREATE TABLE read_model (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  log_id   text NOT NULL
);

-- The timeline has a row for every revision of a conversation, and time and position grow with it: a search by halves over the
-- primary key spares an index on each.
CREATE FUNCTION timeline_seq_after(conversation uuid, after_position bigint) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  low int := 0;
  high int;
  middle int;
  found bigint;
BEGIN
  SELECT head_seq + 1 INTO high FROM conversations WHERE id = conversation;
  WHILE low < high LOOP
    middle := (low + high) / 2;
    SELECT position INTO found FROM timeline WHERE conversation_id = conversation AND seq = middle;
    IF found > after_position THEN high := middle; ELSE low := middle + 1; END IF;
  END LOOP;
  RETURN low;
END $$;

CREATE FUNCTION timeline_seq_at(conversation uuid, instant timestamptz) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  low int := 0;
  high int;
  middle int;
  found timestamptz;
BEGIN
  SELECT head_seq + 1 INTO high FROM conversations WHERE id = conversation;
  WHILE low < high LOOP
    middle := (low + high) / 2;
    SELECT at INTO found FROM timeline WHERE conversation_id = conversation AND seq = middle;
    IF found >= instant THEN high := middle; ELSE low := middle + 1; END IF;
  END LOOP;
  RETURN low;
END $$;
