-- As long as the longest line of a client; names of accounts as long as PostgreSQL can index.
ALTER TABLE queue_mail ALTER COLUMN sender SET DATA TYPE VARCHAR(12288);
ALTER TABLE queue_recipient ALTER COLUMN address SET DATA TYPE VARCHAR(12288);
ALTER TABLE queue_recipient ALTER COLUMN original SET DATA TYPE VARCHAR(16384);
ALTER TABLE account ALTER COLUMN login SET DATA TYPE VARCHAR(1000);
ALTER TABLE account_alias ALTER COLUMN address SET DATA TYPE VARCHAR(1000);
