-- A password that the staff gave: good for nothing but its own replacement.
ALTER TABLE expert ADD COLUMN password_provisional INTEGER NOT NULL DEFAULT 0;
