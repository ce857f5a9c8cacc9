-- Mail that each server on its way must do the same for (REQUIRETLS, RFC 8689). What an earlier version
-- took in did not ask for it.
ALTER TABLE queue_mail ADD COLUMN require_tls BOOLEAN DEFAULT FALSE NOT NULL;
