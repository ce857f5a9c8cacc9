-- What the session had settled in which a mail in the queue was handed in. What an earlier version took in
-- does not say it.
ALTER TABLE queue_mail ADD COLUMN client_port INT;
ALTER TABLE queue_mail ADD COLUMN sasl_method VARCHAR(100);
ALTER TABLE queue_mail ADD COLUMN sasl_sender VARCHAR(1000);
