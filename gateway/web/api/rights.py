"""Which role may call what. An alert needs two people: who writes it and who approves it."""

EVERYONE = ("administrator", "operator", "approver", "field_staff", "auditor")

SEND = ("administrator", "operator")
READ_MESSAGES = ("administrator", "operator", "auditor")
READ_ALERTS = EVERYONE
READ_AWAY = EVERYONE
READ_CHANNELS = EVERYONE
READ_REFUSED = EVERYONE
WRITE_ALERTS = ("administrator", "operator")
APPROVE_ALERTS = ("administrator", "approver")
STOP_ALERTS = ("administrator", "operator", "approver")
READ_CONTACTS = ("administrator", "operator")
WRITE_CONTACTS = ("administrator", "operator")
READ_FEEDBACK = ("administrator", "operator", "field_staff", "auditor")
ANSWER_FEEDBACK = ("administrator", "operator", "field_staff")
SEE_NUMBERS = ("administrator", "operator")
KNOW_SENSITIVE = ("administrator",)
READ_JOBS = EVERYONE  # their own
READ_ALL_JOBS = ("administrator", "auditor")
STOP_JOBS = EVERYONE  # their own
STOP_ALL_JOBS = ("administrator",)
WEBHOOKS = ("administrator",)
