-- Where a mail in the queue came from, and when each of its recipients was last tried. What an earlier
-- version took in does not say it.
ALTER TABLE queue_mail ADD COLUMN submitter VARCHAR(1000);
ALTER TABLE queue_mail ADD COLUMN traceparent VARCHAR(60);
ALTER TABLE queue_mail ADD COLUMN client_address VARCHAR(60);
ALTER TABLE queue_mail ADD COLUMN client_name VARCHAR(1000);
ALTER TABLE queue_mail ADD COLUMN client_helo VARCHAR(1000);
ALTER TABLE queue_mail ADD COLUMN client_protocol VARCHAR(20);
ALTER TABLE queue_recipient ADD COLUMN last_attempt_ts BIGINT;
