-- Passkeys and security keys (R9): what proves them, and the counter that tells a copied one.
CREATE TABLE passkey (
    id BLOB PRIMARY KEY,
    credential BLOB NOT NULL UNIQUE,
    expert BLOB NOT NULL REFERENCES expert (id),
    name TEXT NOT NULL,
    proof TEXT NOT NULL, -- public key and counter, JSON
    enrolled_at TEXT NOT NULL,
    last_used_at TEXT
) STRICT;
