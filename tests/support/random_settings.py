"""Random programs of SET and RESET, in, after and across transactions, as steps of messages. The same seed gives the same."""

import random

from support import messages

VALUES = {
    "work_mem": ["'2MB'", "4096", "'1 GB'", "'3mb'", "2048"],
    "statement_timeout": ["60000", "'2min'", "0", "'45 s'"],
    "extra_float_digits": ["3", "-3", "0", "+ 2"],
    "random_page_cost": ["1.1", "2", "'0.5'"],
    "enable_seqscan": ["off", "on", "FALSE", "'yes'"],
    "application_name": ["'PostgreSQL JDBC Driver'", "''", "'it''s'", "\"Quoted One\"", "word"],
    "timezone": ["'Europe/Berlin'", "utc", "-7", "'America/New_York'"],
    "datestyle": ["'German'", "ISO, DMY", "'ISO'", "SQL, MDY", "dmy", "postgres"],
    "intervalstyle": ["iso_8601", "'postgres_verbose'"],
    "client_encoding": ["'LATIN1'", "'UTF8'", "sql_ascii"],
    "bytea_output": ["escape", "'hex'"],
    "search_path": ["a, b", "'a, b'", "\"$user\", public", "''", "\"Mixed\", \"with\"\"quote\"", "table_1", "\"table\", \"user\"",
                    "pg_catalog", "'tenant_42'"],
    "default_transaction_isolation": ["'repeatable read'", "serializable", "\"read committed\""],
    "app.tenant": ["'42'", "x", "''", "'a ''quoted'' one'"],
    "app.user.name": ["7", "1.50"],
}
NAMES = [*VALUES]
BAD = ["set work_mem = 'lots'", "set no_such_setting = 1", "set datestyle = bogus", "reset no_such_setting",
       "set extra_float_digits = 99", "select 1/0"]
ASSIGNMENTS = ["set {} = {}", "SET {} TO {}", "set session {}={}", "set /* so */ {} = {} -- so"]
RESETS = ["reset {}", "RESET {};", "set {} to default", "SET SESSION {} = DEFAULT"]
TRANSACTION = ["begin", "start transaction", "commit", "rollback", "commit", "rollback", "end"]
# What a session may have asked for at its start. Lists of names are spelled as PostgreSQL would: SET does so behind a RESET.
STARTUPS = [
    {},
    {},
    {"work_mem": "7MB", "TimeZone": "Asia/Tokyo"},
    {"application_name": "start", "client_encoding": "utf-8"},
    {"options": "-c search_path=a -c extra_float_digits=2 -c datestyle=German"},
    {"search_path": "\"Mixed\", tenant_1, public", "DateStyle": "SQL, DMY", "options": "-c statement_timeout=3min"},
]
# Most of them say what they do to nobody but the server.
OTHERS = [
    "set role app", "set role none", "reset role", "set session authorization app", "reset session authorization",
    "set session authorization default", "set local role app", "discard all", "discard temp", "discard plans",
    "select set_config('work_mem', '11MB', false)", "select set_config('work_mem', '12MB', true)",
    "select set_config('timezone', null, false)", "set app.tenant = E'a\\nb'",
    "do $$ begin set work_mem = '13MB'; end $$", "do $$ begin reset application_name; end $$",
    "set session characteristics as transaction isolation level serializable", "set transaction read only",
    "update pg_settings set setting = '9999' where name = 'work_mem'", "set seed = 0.5", "set xml option document",
    "set local work_mem to default", "set local timezone to default", "set local search_path = 'elsewhere'", "reset all",
]
SAVEPOINTS = ["savepoint a", "savepoint b", "rollback to a", "rollback to savepoint b", "release a"]


class Program:
    """`is_wide`: also of what no text tells. `has_savepoints`: it may come to where only the server knows, and it does not tell an empty custom setting from one that
    was set back: so the startup has none then."""

    def __init__(self, seed, is_wide=False):
        self.dice = random.Random(seed)
        self.is_wide = is_wide
        self.has_savepoints = self.dice.random() < 0.25
        has_startup = self.dice.random() < 0.4
        self.startup = {"work_mem": "7MB", "TimeZone": "Asia/Tokyo", "options": "-c app.tenant=start"} if has_startup else {}
        if self.has_savepoints:
            self.startup.pop("options", None)
        if is_wide:
            self.startup = self.dice.choice(STARTUPS)
        self.steps = [self._step() for _ in range(self.dice.randint(3, 12))]

    def _assignment(self):
        name = self.dice.choice(NAMES)
        if name == "timezone" and self.dice.random() < 0.3:
            return self.dice.choice(["set time zone 'Europe/Paris'", "SET TIME ZONE LOCAL", "set session time zone default"])
        return self.dice.choice(ASSIGNMENTS).format(name, self.dice.choice(VALUES[name]))

    def _statement(self):
        if self.is_wide and self.dice.random() < 0.15:
            return self.dice.choice(OTHERS)
        kind = self.dice.random()
        if kind < 0.5:
            return self._assignment()
        if kind < 0.62:
            # A custom setting must be known before it can be reset.
            return self.dice.choice(RESETS).format(self.dice.choice([name for name in NAMES if "." not in name]))
        if kind < 0.64:
            return "reset all"
        if kind < 0.7:
            return self.dice.choice(BAD)
        if kind < 0.75:
            # To its default, and PostgreSQL would leave it out of a RESET ALL behind it; howdah does not.
            return self.dice.choice(["set local work_mem = '5MB'", "set local timezone = 'Asia/Tokyo'"])
        if kind < 0.92:
            return self.dice.choice(TRANSACTION + (SAVEPOINTS * 2 if self.has_savepoints else []))
        return "select 1"

    def _step(self):
        """Messages that are sent together, and how many ReadyForQuery they owe."""
        if self.is_wide and self.dice.random() < 0.1:
            return messages.query("; ".join(self._statement() for _ in range(self.dice.randint(2, 3)))), 1
        kind = self.dice.random()
        if kind < 0.5:
            return messages.query(self._statement()), 1
        if kind < 0.53:
            return messages.query("discard all"), 1
        if kind < 0.6:
            name = "s" + str(self.dice.randint(1, 10**6))
            run = messages.bind("", name) + messages.execute() + messages.SYNC
            return messages.parse(name, self._assignment()) + messages.SYNC + run + run, 3
        batches = [
            b"".join(messages.extended(self._statement()) for _ in range(self.dice.randint(1, 4))) + messages.SYNC
            for _ in range(self.dice.choice([1, 1, 2, 3]))
        ]
        if self.dice.random() < 0.2:
            batches.append(messages.query(self._statement()))
        return b"".join(batches), len(batches)
