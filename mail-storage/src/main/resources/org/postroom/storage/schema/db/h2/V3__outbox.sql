-- The outbox is PostgreSQL's alone: no transaction of an application reaches this database.
SELECT 1;
