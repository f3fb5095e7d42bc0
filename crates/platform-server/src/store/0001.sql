-- Version 1. Times are RFC 3339 in UTC, identifiers 16 bytes. Columns named *_sealed open only with a platform key; nothing
-- that says who the patient is or what is in a case stands in clear.

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE platform_key (name TEXT PRIMARY KEY, key_sealed BLOB NOT NULL) STRICT;

CREATE TABLE expert (
    id BLOB PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    rpps TEXT NOT NULL UNIQUE, -- R1: one account, one national identifier
    specialty TEXT NOT NULL,
    structure TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_sealed BLOB NOT NULL,
    totp_step INTEGER NOT NULL DEFAULT 0, -- R9: last step accepted
    admitted_at TEXT NOT NULL
) STRICT;

-- R15. `account` is a digest of the e-mail, so that an unknown account counts, and answers, like a known one.
-- `device` is an enrolled device's key, or empty for all the others together.
CREATE TABLE sign_in_failure (
    account BLOB NOT NULL,
    device TEXT NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) STRICT;

CREATE TABLE device (
    id BLOB PRIMARY KEY,
    expert BLOB NOT NULL REFERENCES expert (id),
    key_thumbprint TEXT NOT NULL UNIQUE,
    key_jwk TEXT NOT NULL,
    name TEXT NOT NULL,
    sealing_key BLOB NOT NULL,
    signature_chain TEXT NOT NULL,
    vault_secret_sealed BLOB NOT NULL,
    enrolled_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;

CREATE TABLE device_certificate (
    sha256 BLOB PRIMARY KEY,
    device BLOB NOT NULL REFERENCES device (id)
) STRICT;

CREATE TABLE session (
    id BLOB PRIMARY KEY,
    expert BLOB NOT NULL REFERENCES expert (id),
    key_thumbprint TEXT NOT NULL,
    amr TEXT NOT NULL,
    auth_time TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    refresh_sha256 BLOB NOT NULL UNIQUE,
    ended_at TEXT
) STRICT;

CREATE TABLE authorization_code (
    sha256 BLOB PRIMARY KEY,
    expert BLOB NOT NULL REFERENCES expert (id),
    key_thumbprint TEXT NOT NULL,
    challenge TEXT NOT NULL,
    auth_time TEXT NOT NULL,
    session BLOB -- set at first use
) STRICT;

CREATE TABLE case_record (
    id BLOB PRIMARY KEY,
    case_ref TEXT NOT NULL UNIQUE,
    key_sealed BLOB NOT NULL,
    facts_sealed BLOB NOT NULL,
    withdrawn_at TEXT,
    admitted_at TEXT NOT NULL
) STRICT;

CREATE TABLE piece (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_record (id),
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    facts_sealed BLOB NOT NULL,
    file TEXT NOT NULL
) STRICT;

CREATE TABLE assignment (
    id BLOB PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_record (id),
    expert BLOB NOT NULL REFERENCES expert (id),
    state TEXT NOT NULL,
    key_sealed BLOB, -- destroyed at revocation: the sealed pieces then open nowhere
    offered_at TEXT NOT NULL,
    answer_before TEXT NOT NULL,
    accepted_at TEXT,
    due_at TEXT,
    available_at TEXT,
    purge_after TEXT,
    statement_sealed BLOB -- declaration of interests, or reason of refusal
) STRICT;

CREATE TABLE assignment_piece (
    assignment BLOB NOT NULL REFERENCES assignment (id),
    piece BLOB NOT NULL REFERENCES piece (id),
    file TEXT NOT NULL,
    sealed_size INTEGER NOT NULL,
    sealed_sha256 BLOB NOT NULL,
    PRIMARY KEY (assignment, piece)
) STRICT;

CREATE TABLE report (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order of the receipts' chain
    receipt_id BLOB NOT NULL UNIQUE,
    assignment BLOB NOT NULL REFERENCES assignment (id),
    report_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    file_sha256 BLOB NOT NULL,
    signed_sha256 BLOB NOT NULL UNIQUE,
    content_sha256 BLOB NOT NULL,
    file TEXT NOT NULL,
    evidence TEXT NOT NULL, -- R79, identifiers only
    receipt TEXT NOT NULL,
    received_at TEXT NOT NULL,
    UNIQUE (assignment, version)
) STRICT;

CREATE TABLE idempotency (
    client TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    answer_sealed BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (client, key)
) STRICT;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at_server TEXT NOT NULL,
    at_device TEXT,
    role TEXT NOT NULL,
    actor BLOB,
    device BLOB,
    action TEXT NOT NULL,
    assignment BLOB,
    object BLOB,
    outcome TEXT NOT NULL,
    request_id TEXT,
    hash BLOB NOT NULL
) STRICT;

CREATE INDEX audit_by_assignment ON audit (assignment, seq);

-- R100: append-only, whatever the application tries.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
