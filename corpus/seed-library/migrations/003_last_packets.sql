-- Varieties in danger: a single packet left, or seed too old to come up.
-- The ages are those of the noticeboard; onions forget how after two years,
-- beans remember for five.

CREATE TABLE viability (
    genus TEXT PRIMARY KEY,
    years INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO viability (genus, years) VALUES
    ('Allium',    2),
    ('Beta',      4),
    ('Brassica',  4),
    ('Daucus',    3),
    ('Lactuca',   3),
    ('Papaver',   5),
    ('Phaseolus', 5),
    ('Pisum',     4),
    ('Vicia',     4);

CREATE VIEW endangered AS
SELECT
    packet.name,
    COUNT(*)                                   AS packets,
    MAX(packet.year)                           AS newest,
    MAX(packet.year) + COALESCE(MIN(viability.years), 3) AS sow_by
FROM packet
LEFT JOIN viability USING (genus)
WHERE packet.seeds > 0
GROUP BY packet.name
HAVING packets = 1 OR sow_by <= CAST(strftime('%Y', 'now') AS INTEGER)
ORDER BY sow_by, packet.name;
