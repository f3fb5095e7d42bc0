-- An account without a TOTP has an empty `totp_sealed`.

-- A TOTP being enrolled: it does not count before its first code.
CREATE TABLE totp_enrolment (
    auth_session BLOB PRIMARY KEY,
    expert BLOB NOT NULL REFERENCES expert (id),
    key_thumbprint TEXT NOT NULL,
    secret_sealed BLOB NOT NULL,
    begun_at TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_code (
    expert BLOB NOT NULL REFERENCES expert (id),
    tag BLOB NOT NULL,
    PRIMARY KEY (expert, tag)
) STRICT;
