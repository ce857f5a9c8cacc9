-- Quotas of messages, too: 0 is what the domain or the server says, -1 without limit.
ALTER TABLE account ADD COLUMN quota_messages BIGINT DEFAULT 0 NOT NULL;
-- Passwords made for one client each. They are random, so that a plain hash is enough to keep.
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
