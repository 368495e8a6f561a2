-- Loans, and the view that the reminder mails are written from.

CREATE TABLE loan (
    id          INTEGER PRIMARY KEY,
    packet      INTEGER NOT NULL REFERENCES packet (number),
    member      TEXT    NOT NULL CHECK (member LIKE '%_@_%'),
    seeds       INTEGER NOT NULL CHECK (seeds > 0),
    lent_on     TEXT    NOT NULL CHECK (lent_on IS date(lent_on)),
    due_on      TEXT    NOT NULL CHECK (due_on > lent_on),
    returned_on TEXT             CHECK (returned_on >= lent_on),
    returned    INTEGER          CHECK (returned >= 0),

    -- Back with a number, or not back at all.
    CHECK ((returned IS NULL) = (returned_on IS NULL))
);

-- A member may borrow a variety again, but only after bringing it back.
CREATE UNIQUE INDEX loan_open ON loan (packet, member) WHERE returned_on IS NULL;

CREATE VIEW overdue AS
SELECT loan.packet, packet.name, loan.member, loan.seeds, loan.due_on
FROM loan
JOIN packet ON packet.number = loan.packet
WHERE loan.returned_on IS NULL
ORDER BY loan.due_on, packet.name;
