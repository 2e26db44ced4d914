-- Which entry of the audit is the last: without it, nobody could tell that the end was cut off.
INSERT INTO meta (key, value)
SELECT 'audit', id || ' ' || hash FROM audit ORDER BY id DESC LIMIT 1;
