-- What an expert's workstations are told, in order (R122). Dropped once no cursor reaches it any more.
CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    expert BLOB NOT NULL REFERENCES expert (id),
    kind TEXT NOT NULL,
    assignment BLOB NOT NULL REFERENCES assignment (id),
    at TEXT NOT NULL
) STRICT;
CREATE INDEX change_of_expert ON change (expert, seq);

-- Which device was given the key of which case, and when it said that it forgot it (R49).
CREATE TABLE holding (
    device BLOB NOT NULL REFERENCES device (id),
    assignment BLOB NOT NULL REFERENCES assignment (id),
    since TEXT NOT NULL,
    erased_at TEXT, -- when the platform was told
    reason TEXT,
    PRIMARY KEY (device, assignment)
) STRICT;

-- The entries of each device's journal that were delivered: their number and digest (R97). What they say is in the audit.
CREATE TABLE journal_entry (
    device BLOB NOT NULL REFERENCES device (id),
    seq INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT;

-- R97: done while the platform was out of reach.
ALTER TABLE audit ADD COLUMN offline INTEGER NOT NULL DEFAULT 0;
