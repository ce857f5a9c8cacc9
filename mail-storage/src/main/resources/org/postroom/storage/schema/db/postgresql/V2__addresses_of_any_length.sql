-- As long as the longest line of a client; names of accounts as long as an index can have them.
ALTER TABLE queue_mail ALTER COLUMN sender TYPE VARCHAR(12288);
ALTER TABLE queue_recipient ALTER COLUMN address TYPE VARCHAR(12288);
ALTER TABLE queue_recipient ALTER COLUMN original TYPE VARCHAR(16384);
ALTER TABLE account ALTER COLUMN login TYPE VARCHAR(1000);
ALTER TABLE account_alias ALTER COLUMN address TYPE VARCHAR(1000);
