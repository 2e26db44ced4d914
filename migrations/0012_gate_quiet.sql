-- Hours of an area's own in which people are left in peace, as 21:00-08:00 or none; NULL: as around it.
ALTER TABLE area ADD COLUMN quiet TEXT;
