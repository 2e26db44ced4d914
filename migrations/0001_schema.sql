-- Times are seconds since 1970 UTC. Texts in other languages live in locales/, not here.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who ---------------------------------------------------------------------------------

CREATE TABLE area (
  id INTEGER PRIMARY KEY,
  pcode TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  parent INTEGER REFERENCES area (id),
  level INTEGER NOT NULL DEFAULT 0,
  timezone TEXT,
  languages TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(languages)),
  dataset TEXT,
  retired_at REAL
) STRICT;
CREATE INDEX area_parent ON area (parent);

CREATE TABLE area_name (
  area INTEGER NOT NULL REFERENCES area (id) ON DELETE CASCADE,
  normal TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (normal, area)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
  id INTEGER PRIMARY KEY,
  language TEXT,
  area INTEGER REFERENCES area (id),
  assurance TEXT NOT NULL DEFAULT 'unknown'
    CHECK (assurance = 'unknown' OR assurance IN ('adult', 'guardian')),
  source TEXT NOT NULL DEFAULT 'message',
  created_at REAL NOT NULL,
  heard_at REAL
) STRICT;
CREATE INDEX contact_area ON contact (area);

CREATE TABLE address (
  id INTEGER PRIMARY KEY,
  contact INTEGER NOT NULL REFERENCES contact (id),
  kind TEXT NOT NULL CHECK (kind = 'phone' OR kind IN ('short', 'name')),
  value TEXT NOT NULL UNIQUE,
  raw TEXT,
  channel INTEGER REFERENCES channel (id),
  consent TEXT NOT NULL DEFAULT 'none' CHECK (consent = 'none' OR consent = 'in'
    OR consent IN ('pending', 'alerts', 'out')),
  consent_at REAL,
  paused_at REAL,
  muted_until REAL
) STRICT;
CREATE INDEX address_contact ON address (contact);
CREATE INDEX address_consent ON address (consent, contact);

CREATE TABLE groups (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  exercise INTEGER NOT NULL DEFAULT 0 CHECK (exercise IN (0, 1))
) STRICT;

CREATE TABLE member (
  groups INTEGER NOT NULL REFERENCES groups (id),
  contact INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  PRIMARY KEY (groups, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_contact ON member (contact);

-- The ledger outlives the contact: number_key is a keyed hash, so a leaver stays a leaver.
CREATE TABLE consent (
  id INTEGER PRIMARY KEY,
  number_key TEXT NOT NULL,
  address INTEGER REFERENCES address (id) ON DELETE SET NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'in', 'alerts', 'out')),
  topic TEXT,
  how TEXT NOT NULL,
  by TEXT,
  inbound INTEGER REFERENCES inbound (id) ON DELETE SET NULL,
  language TEXT,
  wording TEXT,
  proof TEXT,
  at REAL NOT NULL
) STRICT;
CREATE INDEX consent_number ON consent (number_key, id);
CREATE INDEX consent_address ON consent (address);

CREATE TABLE left_topic (
  address INTEGER NOT NULL REFERENCES address (id) ON DELETE CASCADE,
  topic TEXT NOT NULL,
  PRIMARY KEY (address, topic)
) STRICT, WITHOUT ROWID;

-- Ways in and out -----------------------------------------------------------------------

CREATE TABLE channel (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL,
  address TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL,
  rate REAL,
  cost REAL,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  held_until REAL,
  held_reason TEXT,
  created_at REAL NOT NULL,
  retired_at REAL
) STRICT;

CREATE TABLE inbound (
  id INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL REFERENCES channel (id),
  reference TEXT NOT NULL,
  address INTEGER REFERENCES address (id),
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  text TEXT NOT NULL,
  raw BLOB,
  media TEXT CHECK (media IS NULL OR json_valid(media)),
  network TEXT,
  flags TEXT,
  provider_at REAL,
  received_at REAL NOT NULL,
  language TEXT,
  decision TEXT NOT NULL,
  answer TEXT,
  UNIQUE (channel, reference)
) STRICT;
CREATE INDEX inbound_address ON inbound (address, id);
CREATE INDEX inbound_received ON inbound (received_at);

-- Raw calls that were refused, for a person to look at; kept seven days.
CREATE TABLE kept_call (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  body BLOB NOT NULL,
  at REAL NOT NULL
) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  address INTEGER REFERENCES address (id),
  recipient TEXT NOT NULL,
  channel INTEGER NOT NULL REFERENCES channel (id),
  class INTEGER NOT NULL CHECK (class BETWEEN 0 AND 3),
  -- The usual states one by one: a list is searched anew for every row, a third of what it costs.
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state = 'queued' OR state = 'claimed'
    OR state = 'sent' OR state = 'delivered'
    OR state IN ('failed', 'withdrawn', 'expired', 'unknown')),
  due_at REAL NOT NULL,
  expires_at REAL,
  text TEXT,
  alert_text INTEGER REFERENCES alert_text (id),
  language TEXT,
  source TEXT,
  parts INTEGER NOT NULL,
  alphabet TEXT NOT NULL CHECK (alphabet IN ('gsm7', 'ucs2')),
  inbound INTEGER REFERENCES inbound (id),
  alert INTEGER REFERENCES alert (id),
  feedback INTEGER REFERENCES feedback (id),
  forced INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  maybes INTEGER NOT NULL DEFAULT 0,
  batch TEXT,
  reference TEXT,
  reason TEXT,
  created_at REAL NOT NULL,
  claimed_at REAL,
  sent_at REAL,
  final_at REAL,
  CHECK ((text IS NULL) <> (alert_text IS NULL))
) STRICT;
CREATE INDEX outbox_due ON outbox (channel, class, due_at, id) WHERE state = 'queued';
CREATE INDEX outbox_claimed ON outbox (claimed_at) WHERE state = 'claimed';
CREATE INDEX outbox_unknown ON outbox (id) WHERE state = 'unknown';
CREATE INDEX outbox_reference ON outbox (channel, reference) WHERE reference IS NOT NULL;
CREATE INDEX outbox_address ON outbox (address, id);
CREATE UNIQUE INDEX outbox_once ON outbox (alert, address) WHERE alert IS NOT NULL;
CREATE INDEX outbox_alert_open ON outbox (alert)
  WHERE alert IS NOT NULL AND state IN ('queued', 'claimed');
CREATE INDEX outbox_created ON outbox (created_at);

CREATE TABLE receipt (
  id INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL REFERENCES channel (id),
  reference TEXT NOT NULL,
  outbox INTEGER REFERENCES outbox (id),
  status TEXT NOT NULL,
  error TEXT,
  at REAL,
  received_at REAL NOT NULL,
  UNIQUE (channel, reference, status)
) STRICT;
CREATE INDEX receipt_outbox ON receipt (outbox) WHERE outbox IS NOT NULL;
CREATE INDEX receipt_waiting ON receipt (received_at) WHERE outbox IS NULL;

-- One dialogue in progress; `seen` and `screen` make a repeated USSD step harmless.
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  address INTEGER NOT NULL REFERENCES address (id),
  channel INTEGER NOT NULL REFERENCES channel (id),
  kind TEXT NOT NULL CHECK (kind IN ('sms', 'ussd')),
  reference TEXT NOT NULL,
  state TEXT,
  seen TEXT,
  screen TEXT,
  goes_on INTEGER NOT NULL DEFAULT 1,
  page INTEGER NOT NULL DEFAULT 0,
  language TEXT,
  started_at REAL NOT NULL,
  updated_at REAL NOT NULL,
  ended_at REAL,
  UNIQUE (channel, reference)
) STRICT;
CREATE INDEX session_open ON session (address, kind, updated_at) WHERE ended_at IS NULL;

-- Words we offer ------------------------------------------------------------------------

CREATE TABLE topic (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  pack TEXT NOT NULL,
  hazard TEXT NOT NULL,
  stage TEXT NOT NULL,
  audience TEXT NOT NULL,
  version INTEGER NOT NULL,
  messages TEXT NOT NULL CHECK (json_valid(messages)),
  approver TEXT,
  review_on TEXT,
  retired_at REAL
) STRICT;

-- Alerts --------------------------------------------------------------------------------

CREATE TABLE alert (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN
    ('draft', 'submitted', 'approved', 'running', 'done', 'stopped', 'rejected')),
  class INTEGER NOT NULL CHECK (class BETWEEN 0 AND 3),
  expires_at REAL NOT NULL,
  exercise INTEGER NOT NULL DEFAULT 0 CHECK (exercise IN (0, 1)),
  audience TEXT NOT NULL CHECK (json_valid(audience)),
  channel INTEGER REFERENCES channel (id),
  supersedes INTEGER REFERENCES alert (id),
  author TEXT NOT NULL,
  hash TEXT NOT NULL,
  people INTEGER,
  expanded_to INTEGER NOT NULL DEFAULT 0,
  expand_until INTEGER NOT NULL DEFAULT 0,
  created_at REAL NOT NULL,
  submitted_at REAL,
  approved_at REAL,
  ended_at REAL
) STRICT;
CREATE INDEX alert_live ON alert (id) WHERE state IN ('submitted', 'approved', 'running');

CREATE TABLE alert_text (
  id INTEGER PRIMARY KEY,
  alert INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  parts INTEGER NOT NULL,
  alphabet TEXT NOT NULL,
  UNIQUE (alert, language)
) STRICT;

CREATE TABLE approval (
  id INTEGER PRIMARY KEY,
  alert INTEGER NOT NULL REFERENCES alert (id),
  decision TEXT NOT NULL CHECK (decision IN
    ('submitted', 'approved', 'rejected', 'void', 'lapsed', 'stopped', 'resumed')),
  hash TEXT NOT NULL,
  by TEXT NOT NULL,
  people INTEGER,
  reason TEXT,
  at REAL NOT NULL
) STRICT;
CREATE INDEX approval_alert ON approval (alert, id);

-- Feedback ------------------------------------------------------------------------------

CREATE TABLE code (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  code TEXT NOT NULL,
  label TEXT NOT NULL,
  retired_at REAL,
  UNIQUE (category, code)
) STRICT;

CREATE TABLE feedback (
  id INTEGER PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  inbound INTEGER REFERENCES inbound (id),
  session INTEGER REFERENCES session (id),
  address INTEGER REFERENCES address (id),
  channel INTEGER NOT NULL REFERENCES channel (id),
  text TEXT NOT NULL,
  language TEXT,
  area INTEGER REFERENCES area (id),
  type TEXT NOT NULL,
  code INTEGER REFERENCES code (id),
  status TEXT NOT NULL DEFAULT 'new' CHECK (status = 'acknowledged' OR status = 'new'
    OR status IN ('triaged', 'in_progress', 'referred', 'answered', 'closed',
                  'reopened', 'rejected')),
  priority TEXT NOT NULL DEFAULT 'p4' CHECK (priority = 'p4' OR priority = 'p3'
    OR priority IN ('p1', 'p2')),
  assignee INTEGER REFERENCES user (id),
  sensitive INTEGER NOT NULL DEFAULT 0 CHECK (sensitive IN (0, 1)),
  partial INTEGER NOT NULL DEFAULT 0 CHECK (partial IN (0, 1)),
  loop_closed TEXT CHECK (loop_closed IS NULL OR loop_closed IN
    ('replied_to_person', 'announced_to_community', 'not_possible', 'unsafe_to_contact')),
  created_at REAL NOT NULL,
  answered_at REAL,
  closed_at REAL,
  updated_at REAL NOT NULL
) STRICT;
CREATE INDEX feedback_status ON feedback (status, id);
CREATE INDEX feedback_address ON feedback (address, id);
CREATE INDEX feedback_assignee ON feedback (assignee, status);

CREATE TABLE feedback_event (
  id INTEGER PRIMARY KEY,
  feedback INTEGER NOT NULL REFERENCES feedback (id),
  kind TEXT NOT NULL CHECK (kind = 'status' OR kind IN
    ('message', 'answer', 'note', 'code', 'assign', 'sensitive', 'language', 'area')),
  old TEXT,
  new TEXT,
  text TEXT,
  by TEXT NOT NULL,
  inbound INTEGER REFERENCES inbound (id),
  outbox INTEGER REFERENCES outbox (id),
  at REAL NOT NULL
) STRICT;
CREATE INDEX feedback_event_item ON feedback_event (feedback, id);

-- Staff and programs ----------------------------------------------------------------------

CREATE TABLE user (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN
    ('administrator', 'operator', 'approver', 'field_staff', 'auditor')),
  password TEXT,
  language TEXT,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  failures INTEGER NOT NULL DEFAULT 0,
  locked_until REAL,
  created_at REAL NOT NULL
) STRICT;

CREATE TABLE sign_in (
  hash TEXT PRIMARY KEY,
  user INTEGER NOT NULL REFERENCES user (id),
  created_at REAL NOT NULL,
  seen_at REAL NOT NULL,
  fresh_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- One-time links: the first administrator, and new passwords.
CREATE TABLE link (
  hash TEXT PRIMARY KEY,
  user INTEGER REFERENCES user (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('setup', 'password')),
  expires_at REAL NOT NULL,
  used_at REAL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL,
  user INTEGER REFERENCES user (id),
  hash TEXT NOT NULL UNIQUE,
  created_at REAL NOT NULL,
  revoked_at REAL
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  by TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  previous TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
) STRICT;

-- What programs asked, so that the same key gets the same answer.
CREATE TABLE request_key (
  token INTEGER NOT NULL REFERENCES token (id),
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  answer TEXT NOT NULL,
  at REAL NOT NULL,
  PRIMARY KEY (token, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL,
  events TEXT NOT NULL CHECK (json_valid(events)),
  secret TEXT NOT NULL,
  by TEXT NOT NULL,
  created_at REAL NOT NULL,
  retired_at REAL
) STRICT;

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,
  webhook INTEGER NOT NULL REFERENCES webhook (id),
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at REAL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'given_up')),
  created_at REAL NOT NULL
) STRICT;
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'waiting';

-- Long work in the background: imports, exports, expansion.
CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
    ('waiting', 'running', 'done', 'stopped', 'failed')),
  subject TEXT,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER,
  input BLOB,
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  by TEXT NOT NULL,
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL
) STRICT;

CREATE TABLE job_refusal (
  job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  line INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (job, line)
) STRICT, WITHOUT ROWID;
