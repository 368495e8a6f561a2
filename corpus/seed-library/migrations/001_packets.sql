-- Packets on the shelf. One row is one packet; when two members bring back
-- the same variety, that is two rows.

CREATE TABLE packet (
    number   INTEGER PRIMARY KEY,
    genus    TEXT    NOT NULL,
    species  TEXT    NOT NULL,
    cultivar TEXT,
    year     INTEGER NOT NULL CHECK (year BETWEEN 1950 AND 2100),
    seeds    INTEGER NOT NULL CHECK (seeds >= 0),

    -- What people search for, in the order in which it is printed.
    name     TEXT GENERATED ALWAYS AS (
        genus || ' ' || species || COALESCE(' ''' || cultivar || '''', '')
    ) VIRTUAL
);

CREATE INDEX packet_by_name ON packet (genus, species, cultivar, year DESC);
