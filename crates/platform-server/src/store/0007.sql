-- The vault of a device is in this epoch at least: what it sealed before an erasure is not opened any more.
ALTER TABLE device RENAME COLUMN vault_secret_sealed TO vault_key_sealed;
ALTER TABLE device ADD COLUMN vault_epoch INTEGER NOT NULL DEFAULT 0;
