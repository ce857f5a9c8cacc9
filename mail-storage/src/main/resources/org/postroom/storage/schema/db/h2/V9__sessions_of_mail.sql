-- What the session had settled in which a mail in the queue was handed in. What an earlier version took in
-- does not say it. One statement: H2 copies the table for each.
ALTER TABLE queue_mail ADD COLUMN (
  client_port INT,
  sasl_method VARCHAR(100),
  sasl_sender VARCHAR(1000)
);
