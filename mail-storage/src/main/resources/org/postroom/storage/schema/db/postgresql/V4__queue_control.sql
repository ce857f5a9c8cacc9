-- What administrators do with the queue. An ended recipient is not tried again; mails are found by
-- their names, and a mail's recipients in their order.
ALTER TABLE queue_recipient ADD COLUMN expires BOOLEAN DEFAULT FALSE NOT NULL;
CREATE INDEX queue_mail_name ON queue_mail (queue_id);
DROP INDEX queue_recipient_mail;
CREATE INDEX queue_recipient_mail ON queue_recipient (mail_id, id);
