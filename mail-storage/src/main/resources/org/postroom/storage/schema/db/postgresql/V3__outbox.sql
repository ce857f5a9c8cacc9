-- Mails that applications write in transactions of their own. A row waits while it has a next_ts; ended, it is its key alone.
CREATE TABLE outbox_mail (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  mail_key VARCHAR(200) NOT NULL,
  sender VARCHAR(12288) NOT NULL,
  body VARCHAR(20) NOT NULL,
  smtp_utf8 BOOLEAN NOT NULL,
  envelope_id VARCHAR(1000),
  full_return BOOLEAN,
  octets BIGINT NOT NULL,
  written_ts BIGINT NOT NULL,
  next_ts BIGINT,
  attempts INT NOT NULL,
  reply VARCHAR(2000) NOT NULL,
  ended_ts BIGINT,
  queue_id VARCHAR(20),
  CONSTRAINT outbox_key UNIQUE (mail_key)
);
CREATE INDEX outbox_due ON outbox_mail (next_ts) WHERE next_ts IS NOT NULL;
CREATE INDEX outbox_ended ON outbox_mail (ended_ts) WHERE ended_ts IS NOT NULL;

CREATE TABLE outbox_recipient (
  mail_id BIGINT NOT NULL,
  place INT NOT NULL,
  address VARCHAR(12288) NOT NULL,
  report_on SMALLINT NOT NULL,
  original VARCHAR(16384),
  PRIMARY KEY (mail_id, place)
);

CREATE TABLE outbox_chunk (
  mail_id BIGINT NOT NULL,
  chunk INT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (mail_id, chunk)
);
ALTER TABLE outbox_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
