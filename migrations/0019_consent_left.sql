-- Who left, by time: the page of an alert counts those who left within a day of it.
CREATE INDEX consent_left ON consent (at) WHERE state = 'out' AND topic IS NULL;
