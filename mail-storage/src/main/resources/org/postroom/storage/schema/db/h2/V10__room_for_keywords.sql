-- 256 keywords of 64 octets, each with a space behind it. No row is touched: a column that gets longer alone
-- is a change of the table's description.
ALTER TABLE mailbox ALTER COLUMN keywords SET DATA TYPE VARCHAR(16640);
