-- Reports, for administrators. `evidence` is JSON of the messages as the reporter saw them. `status`: open, upheld, dismissed.
-- Comment, evidence and note are null once the case's key is destroyed.
CREATE TABLE cases (
  id              uuid PRIMARY KEY,
  reporter_id     uuid NOT NULL,
  account_id      uuid NOT NULL,
  conversation_id uuid,
  reason          text NOT NULL,
  comment         text,
  evidence        text,
  status          text NOT NULL,
  opened_at       timestamptz NOT NULL,
  closed_at       timestamptz,
  closed_by       uuid,
  note            text,
  position        bigint NOT NULL
);
CREATE INDEX cases_open ON cases (status, position);
CREATE INDEX cases_account ON cases (account_id, position);
