-- R16, R17: how old a password is, and whether it was stolen.
ALTER TABLE expert ADD COLUMN password_set_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE expert ADD COLUMN password_stolen_at TEXT;
UPDATE expert SET password_set_at = admitted_at;
