-- R80: the copy of a signed report that proves itself later (PAdES B-LTA), sealed beside the bytes that were received.
ALTER TABLE report ADD COLUMN archive_file TEXT;
ALTER TABLE report ADD COLUMN archived_at TEXT;
