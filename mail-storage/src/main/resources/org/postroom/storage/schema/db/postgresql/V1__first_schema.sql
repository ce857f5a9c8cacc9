-- fillfactor leaves room for rows that change often to stay in their block.
-- Times are milliseconds since 1970. Ids are given out by the program, in blocks (store_state).

CREATE TABLE store_state (
  k VARCHAR(64) PRIMARY KEY,
  v VARCHAR(1000) NOT NULL
);

-- The row that every change of the account's mailboxes is counted on: quota and mod-sequence.
CREATE TABLE account (
  id INT PRIMARY KEY,
  login VARCHAR(320) NOT NULL,
  enabled BOOLEAN NOT NULL,
  quota_octets BIGINT NOT NULL,
  used_octets BIGINT NOT NULL,
  used_messages BIGINT NOT NULL,
  modseq BIGINT NOT NULL,
  uid_validity BIGINT NOT NULL,
  object_id VARCHAR(40) NOT NULL,
  password VARCHAR(500) NOT NULL,
  scram_salt BYTEA NOT NULL,
  scram_iterations INT NOT NULL,
  scram_stored_key BYTEA NOT NULL,
  scram_server_key BYTEA NOT NULL,
  created_ts BIGINT NOT NULL,
  CONSTRAINT account_login UNIQUE (login)
) WITH (fillfactor = 50);

CREATE TABLE account_alias (
  address VARCHAR(320) PRIMARY KEY,
  account_id INT NOT NULL
);

CREATE TABLE mailbox (
  id INT PRIMARY KEY,
  account_id INT NOT NULL,
  name VARCHAR(1000) NOT NULL,
  special_use VARCHAR(20),
  object_id VARCHAR(40) NOT NULL,
  uid_validity BIGINT NOT NULL,
  uid_next BIGINT NOT NULL,
  highest_modseq BIGINT NOT NULL,
  vanished_modseq BIGINT NOT NULL,
  first_recent_uid BIGINT NOT NULL,
  messages INT NOT NULL,
  unseen INT NOT NULL,
  deleted INT NOT NULL,
  octets BIGINT NOT NULL,
  keywords VARCHAR(4000) NOT NULL,
  CONSTRAINT mailbox_name UNIQUE (account_id, name)
) WITH (fillfactor = 50);

CREATE TABLE subscription (
  account_id INT NOT NULL,
  name VARCHAR(1000) NOT NULL,
  PRIMARY KEY (account_id, name)
);

-- One row for each accepted content, however many mailboxes it is in.
CREATE TABLE message (
  id BIGINT PRIMARY KEY,
  blob_segment INT NOT NULL,
  blob_offset BIGINT NOT NULL,
  blob_length BIGINT NOT NULL,
  blob_described INT NOT NULL,
  envelope BYTEA,
  structure BYTEA
);

-- How many share a message beside the first; most have no row here.
CREATE TABLE message_share (
  message_id BIGINT PRIMARY KEY,
  extra INT NOT NULL
);

-- id = mailbox_id << 32 | uid: what never changes about a message in a mailbox.
CREATE TABLE mailbox_message (
  id BIGINT PRIMARY KEY,
  message_id BIGINT NOT NULL,
  internal_ts BIGINT NOT NULL,
  internal_offset SMALLINT NOT NULL,
  saved_ts BIGINT NOT NULL,
  header BYTEA
);

-- id = mailbox_id << 32 | uid >> 8: flags, mod-sequences and sizes of 256 UIDs.
CREATE TABLE mailbox_page (
  id BIGINT PRIMARY KEY,
  modseq BIGINT NOT NULL,
  data BYTEA NOT NULL
) WITH (fillfactor = 50);
ALTER TABLE mailbox_page ALTER COLUMN data SET STORAGE MAIN;

-- What was expunged; the traces go when purged, the UIDs stay for clients that come back.
CREATE TABLE mailbox_vanished (
  mailbox_id INT NOT NULL,
  modseq BIGINT NOT NULL,
  part INT NOT NULL,
  uids BYTEA NOT NULL,
  expunged_ts BIGINT NOT NULL,
  purged BOOLEAN NOT NULL,
  PRIMARY KEY (mailbox_id, modseq, part)
);
CREATE INDEX mailbox_vanished_due ON mailbox_vanished (purged, expunged_ts);

-- Deleted mailboxes whose messages still have to be cleared away.
CREATE TABLE mailbox_removed (
  mailbox_id INT PRIMARY KEY,
  removed_ts BIGINT NOT NULL
);

CREATE TABLE queue_mail (
  id BIGINT PRIMARY KEY,
  queue_id VARCHAR(20) NOT NULL,
  sender VARCHAR(1000) NOT NULL,
  body VARCHAR(20) NOT NULL,
  smtp_utf8 BOOLEAN NOT NULL,
  envelope_id VARCHAR(1000),
  full_return BOOLEAN,
  arrived_ts BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  recipients INT NOT NULL
);

-- due_ts is when the next attempt may begin; ready_ts the same, or when the lease ends.
CREATE TABLE queue_recipient (
  id BIGINT PRIMARY KEY,
  mail_id BIGINT NOT NULL,
  address VARCHAR(1000) NOT NULL,
  report_on SMALLINT NOT NULL,
  original VARCHAR(1000),
  destination VARCHAR(1000) NOT NULL,
  due_ts BIGINT NOT NULL,
  ready_ts BIGINT NOT NULL,
  leased SMALLINT NOT NULL,
  lease_owner VARCHAR(200),
  attempts INT NOT NULL,
  delay_reported BOOLEAN NOT NULL,
  last_reason VARCHAR(2000) NOT NULL
);
CREATE INDEX queue_recipient_destination ON queue_recipient (destination, ready_ts);
CREATE INDEX queue_recipient_ready ON queue_recipient (leased, ready_ts);
CREATE INDEX queue_recipient_mail ON queue_recipient (mail_id);

-- Bodies, when they are kept in the database itself.
CREATE TABLE blob_chunk (
  blob_id BIGINT NOT NULL,
  chunk INT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (blob_id, chunk)
);
-- Mail is text, but compressing it again and again costs more than it saves.
ALTER TABLE blob_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
