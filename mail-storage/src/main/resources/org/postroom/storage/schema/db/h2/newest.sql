CREATE TABLE store_state (
  k VARCHAR(64) PRIMARY KEY,
  v VARCHAR(1000) NOT NULL
);
CREATE TABLE account (
  id INT PRIMARY KEY,
  login VARCHAR(1000) NOT NULL,
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
  CONSTRAINT account_login UNIQUE (login),
  quota_messages BIGINT DEFAULT 0 NOT NULL
);
CREATE TABLE account_alias (
  address VARCHAR(1000) PRIMARY KEY,
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
  keywords VARCHAR(16640) NOT NULL,
  CONSTRAINT mailbox_name UNIQUE (account_id, name)
);
CREATE TABLE subscription (
  account_id INT NOT NULL,
  name VARCHAR(1000) NOT NULL,
  PRIMARY KEY (account_id, name)
);
CREATE TABLE message (
  id BIGINT PRIMARY KEY,
  blob_segment INT NOT NULL,
  blob_offset BIGINT NOT NULL,
  blob_length BIGINT NOT NULL,
  blob_described INT NOT NULL,
  envelope BYTEA,
  structure BYTEA
);
CREATE TABLE message_share (
  message_id BIGINT PRIMARY KEY,
  extra INT NOT NULL
);
CREATE TABLE mailbox_message (
  id BIGINT PRIMARY KEY,
  message_id BIGINT NOT NULL,
  internal_ts BIGINT NOT NULL,
  internal_offset SMALLINT NOT NULL,
  saved_ts BIGINT NOT NULL,
  header BYTEA
);
CREATE TABLE mailbox_page (
  id BIGINT PRIMARY KEY,
  modseq BIGINT NOT NULL,
  data BYTEA NOT NULL
);
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
CREATE TABLE mailbox_removed (
  mailbox_id INT PRIMARY KEY,
  removed_ts BIGINT NOT NULL
);
CREATE TABLE queue_mail (
  id BIGINT PRIMARY KEY,
  queue_id VARCHAR(20) NOT NULL,
  sender VARCHAR(12288) NOT NULL,
  body VARCHAR(20) NOT NULL,
  smtp_utf8 BOOLEAN NOT NULL,
  envelope_id VARCHAR(1000),
  full_return BOOLEAN,
  arrived_ts BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  recipients INT NOT NULL,
  submitter VARCHAR(1000),
  traceparent VARCHAR(60),
  client_address VARCHAR(60),
  client_name VARCHAR(1000),
  client_helo VARCHAR(1000),
  client_protocol VARCHAR(20),
  require_tls BOOLEAN DEFAULT FALSE NOT NULL,
  client_port INT,
  sasl_method VARCHAR(100),
  sasl_sender VARCHAR(1000)
);
CREATE TABLE queue_recipient (
  id BIGINT PRIMARY KEY,
  mail_id BIGINT NOT NULL,
  address VARCHAR(12288) NOT NULL,
  report_on SMALLINT NOT NULL,
  original VARCHAR(16384),
  destination VARCHAR(1000) NOT NULL,
  due_ts BIGINT NOT NULL,
  ready_ts BIGINT NOT NULL,
  leased SMALLINT NOT NULL,
  lease_owner VARCHAR(200),
  attempts INT NOT NULL,
  delay_reported BOOLEAN NOT NULL,
  last_reason VARCHAR(2000) NOT NULL,
  expires BOOLEAN DEFAULT FALSE NOT NULL,
  last_attempt_ts BIGINT
);
CREATE INDEX queue_recipient_destination ON queue_recipient (destination, ready_ts);
CREATE INDEX queue_recipient_ready ON queue_recipient (leased, ready_ts);
CREATE INDEX queue_recipient_mail ON queue_recipient (mail_id);
CREATE TABLE blob_chunk (
  blob_id BIGINT NOT NULL,
  chunk INT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (blob_id, chunk)
);
SELECT 1;
CREATE INDEX queue_mail_name ON queue_mail (queue_id);
DROP INDEX queue_recipient_mail;
CREATE INDEX queue_recipient_mail ON queue_recipient (mail_id, id);
CREATE TABLE memo (
  kind VARCHAR(40) NOT NULL,
  name VARCHAR(300) NOT NULL,
  body VARCHAR(65536) NOT NULL,
  until_ts BIGINT NOT NULL,
  PRIMARY KEY (kind, name)
);
CREATE TABLE app_password (
  id BIGINT PRIMARY KEY,
  account_id INT NOT NULL,
  name VARCHAR(200) NOT NULL,
  scopes VARCHAR(100) NOT NULL,
  hash BYTEA NOT NULL,
  created_ts BIGINT NOT NULL,
  used_ts BIGINT,
  CONSTRAINT app_password_name UNIQUE (account_id, name)
);
