-- The event log. Written only by append_events, truncate_stream and delete_stream, which take log_head's row lock first:
-- it is held through the commit, so events become visible in the order of their positions, whoever writes.

CREATE TABLE log_head (
  one       boolean PRIMARY KEY DEFAULT true CHECK (one),
  log_id    uuid NOT NULL DEFAULT gen_random_uuid(),
  position  int8 NOT NULL DEFAULT -1
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 10000);
INSERT INTO log_head DEFAULT VALUES;

CREATE TABLE events (
  position    int8 NOT NULL,
  stream      text COLLATE "C" NOT NULL,
  revision    int8 NOT NULL,
  id          uuid NOT NULL,
  type        text NOT NULL,
  data        json NOT NULL,
  metadata    json NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (position),
  CONSTRAINT events_stream_revision UNIQUE (stream, revision),
  CONSTRAINT events_stream_id UNIQUE (stream, id)
);

-- A row only for a stream that was truncated or deleted. head_revision is the stream's last revision at that time, since
-- its events may be gone; the stream is absent while it is deleted and nothing was appended since.
CREATE TABLE streams_meta (
  stream          text COLLATE "C" PRIMARY KEY,
  truncate_before int8 NOT NULL,
  head_revision   int8 NOT NULL,
  deleted         boolean NOT NULL DEFAULT false
);

-- Many appends, at most one per stream, each stored or refused alone. Expectations: a revision, -1 no stream, -2 any,
-- -4 stream exists. Events name their append (1..) and their place in it (0..). Answers a JSON array, per append:
-- ["a", revision, position, repeated] | ["c", current or null] | ["k", ids].
-- It must be VOLATILE, and log_head must be locked by a statement of its own: the statements after it then see all that
-- earlier writers committed. The settings keep one plan for every size of batch and of table.
CREATE FUNCTION append_events(
  p_streams text[], p_expected int8[], p_counts int4[],
  p_append int4[], p_offset int4[], p_event_streams text[], p_ids uuid[], p_types text[], p_data json[], p_metadata json[],
  p_recorded_ms int8
) RETURNS text LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_bitmapscan = off SET jit = off
AS $$
DECLARE
  v_head int8;
  v_revisions int8[];
  v_positions int8[];
  v_answers text;
  v_new int8;
BEGIN
  SELECT position INTO STRICT v_head FROM log_head FOR UPDATE;

  WITH known AS MATERIALIZED (
    SELECT n.append, count(*) AS hits, min(e.revision - n.place) AS first, max(e.revision - n.place) AS last,
           max(e.position) AS position, json_agg(e.id) AS ids
    FROM unnest(p_append, p_offset, p_event_streams, p_ids) AS n(append, place, stream, id)
    JOIN events e ON e.stream = n.stream AND e.id = n.id
    GROUP BY n.append
  ), seen AS (
    SELECT a.ord, a.expected, a.count, k.hits, k.position, k.ids,
           coalesce(greatest(h.revision, m.head_revision), -1) AS head,
           coalesce(m.deleted AND m.head_revision >= coalesce(h.revision, -1), false) AS deleted,
           coalesce(k.hits = a.count AND k.first = k.last AND (a.expected < -1 OR k.first = a.expected + 1
             OR (a.expected = -1 AND k.first = m.truncate_before)), false) AS repeated,
           k.first
    FROM unnest(p_streams, p_expected, p_counts) WITH ORDINALITY AS a(stream, expected, count, ord)
    LEFT JOIN LATERAL (
      SELECT e.revision FROM events e WHERE e.stream = a.stream ORDER BY e.revision DESC LIMIT 1
    ) h ON true
    LEFT JOIN streams_meta m ON m.stream = a.stream
    LEFT JOIN known k ON k.append = a.ord
  ), judged AS (
    SELECT *, hits IS NULL AND CASE expected
        WHEN -2 THEN true
        WHEN -1 THEN head < 0 OR deleted
        WHEN -4 THEN head >= 0 AND NOT deleted
        ELSE expected = head AND NOT deleted END AS good
    FROM seen
  ), placed AS (
    SELECT *, CASE WHEN good THEN v_head + sum(CASE WHEN good THEN count ELSE 0 END) OVER (ORDER BY ord) - count END AS before
    FROM judged
  )
  SELECT array_agg(CASE WHEN good THEN head END ORDER BY ord), array_agg(before ORDER BY ord),
         sum(count) FILTER (WHERE good),
         '[' || string_agg(CASE
           WHEN good THEN '["a",' || head + count || ',' || before + count || ',false]'
           WHEN repeated THEN '["a",' || first + count - 1 || ',' || position || ',true]'
           WHEN hits IS NOT NULL THEN '["k",' || ids || ']'
           WHEN deleted OR head < 0 THEN '["c",null]'
           ELSE '["c",' || head || ']' END, ',' ORDER BY ord) || ']'
  INTO v_revisions, v_positions, v_new, v_answers
  FROM placed;

  IF v_new > 0 THEN
    INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at)
    SELECT v_positions[n.append] + n.place + 1, n.stream, v_revisions[n.append] + n.place + 1, n.id, n.type, n.data,
           n.metadata, to_timestamp(p_recorded_ms / 1000.0)
    FROM unnest(p_append, p_offset, p_event_streams, p_ids, p_types, p_data, p_metadata)
      AS n(append, place, stream, id, type, data, metadata)
    WHERE v_positions[n.append] IS NOT NULL;
    UPDATE log_head SET position = v_head + v_new;
    PERFORM pg_notify('events', (v_head + v_new)::text);
  END IF;
  RETURN v_answers;
END $$;

-- The last revision a stream ever had, or -1. Exact only under log_head's lock.
CREATE FUNCTION stream_head(p_stream text) RETURNS int8 LANGUAGE sql VOLATILE AS $$
  SELECT greatest((SELECT max(revision) FROM events WHERE stream = p_stream),
                  (SELECT head_revision FROM streams_meta WHERE stream = p_stream), -1)
$$;

-- The events go at once: what is truncated or deleted is not in the database any more.
CREATE FUNCTION truncate_stream(p_stream text, p_before int8) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM FROM log_head FOR UPDATE;
  INSERT INTO streams_meta AS m (stream, truncate_before, head_revision) VALUES (p_stream, p_before, stream_head(p_stream))
  ON CONFLICT (stream) DO UPDATE SET truncate_before = greatest(m.truncate_before, excluded.truncate_before),
    head_revision = excluded.head_revision, deleted = m.deleted AND m.head_revision = excluded.head_revision;
  DELETE FROM events WHERE stream = p_stream AND revision < p_before;
END $$;

CREATE FUNCTION delete_stream(p_stream text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_head int8;
BEGIN
  PERFORM FROM log_head FOR UPDATE;
  v_head := stream_head(p_stream);
  INSERT INTO streams_meta AS m (stream, truncate_before, head_revision, deleted) VALUES (p_stream, v_head + 1, v_head, true)
  ON CONFLICT (stream) DO UPDATE SET truncate_before = excluded.truncate_before, head_revision = excluded.head_revision,
    deleted = true;
  DELETE FROM events WHERE stream = p_stream;
END $$;
