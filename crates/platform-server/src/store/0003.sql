-- How a physician signed in, and when the code was given: with Pro Santé Connect he may have proved himself before.
ALTER TABLE authorization_code ADD COLUMN amr TEXT NOT NULL DEFAULT 'pwd otp';
ALTER TABLE authorization_code ADD COLUMN acr TEXT;
ALTER TABLE authorization_code ADD COLUMN issued_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE authorization_code ADD COLUMN psc_sealed BLOB; -- what ends the session there (R21)

ALTER TABLE session ADD COLUMN acr TEXT;
ALTER TABLE session ADD COLUMN psc_sealed BLOB;
