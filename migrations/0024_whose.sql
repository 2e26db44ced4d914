-- The rows of an alert go to the end of each index they are in. In one of addresses alone they went
-- to a page of every person, and to more pages with every alert before.
DROP INDEX outbox_once;
DROP INDEX outbox_address;
CREATE UNIQUE INDEX outbox_whose ON outbox (alert, address);
CREATE INDEX alert_rows ON alert (ended_at) WHERE expanded_to > 0;

-- To see that no row refers to an address or to a text that is deleted, SQLite would read the whole
-- outbox. Who erases a person takes the address out of its rows first (store/retention/people.py),
-- and the words of an alert change only while it has no rows (broadcast/drafts.py).
-- The way of https://www.sqlite.org/lang_altertable.html#otheralter: no row is written anew.
PRAGMA writable_schema = ON;
UPDATE sqlite_master
   SET sql = replace(replace(sql, 'address INTEGER REFERENCES address (id)', 'address INTEGER'),
                     'alert_text INTEGER REFERENCES alert_text (id)', 'alert_text INTEGER')
 WHERE type = 'table' AND name = 'outbox';
PRAGMA writable_schema = RESET;
