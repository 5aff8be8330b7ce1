"""What a session can tell of the server that it works on: all in which one log-in may differ from another."""

from support import leaky_statements as statements
from support.messages import SYNC, describe_portal, describe_statement, query

STATEMENT_NAMES = ("", "a", "A", "b", "named", "within", "last")
PORTAL_NAMES = ("a", "portal", "kept_cursor", "last_cursor")
CALLS = {"lastval()": "sequence", "currval('leaks.numbers')": "sequence", "pg_replication_origin_session_is_setup()": "origin"}

# No word of it makes howdah keep the server: B's own clean-up would hide what was left here.
FACTS = {
    "setting": "select name, setting || ' from ' || source from pg_catalog.pg_settings",
    "custom": "select name, pg_catalog.current_setting(name, true) from (values {custom}) as names(name)",
    "user": "select 'session, current', session_user || ', ' || current_user",
    "lock": "select locktype || coalesce(' ' || relation::pg_catalog.regclass::text, '') || coalesce(' ' || objid, ''), mode"
            " from pg_catalog.pg_locks where pid = pg_catalog.pg_backend_pid() and locktype <> 'virtualxid'"
            " and coalesce(relation >= 16384, true)",
    "channel": "select name, 'listens' from pg_catalog.pg_listening_channels() as names(name)",
    "own schema": "select 'exists', (pg_catalog.pg_my_temp_schema() <> 0)::text",
    "relation in it": "select relname, relkind::text from pg_catalog.pg_class where relnamespace = pg_catalog.pg_my_temp_schema()",
    "function in it": "select proname, prosrc from pg_catalog.pg_proc where pronamespace = pg_catalog.pg_my_temp_schema()",
    "type in it": "select typname, typtype::text from pg_catalog.pg_type where typnamespace = pg_catalog.pg_my_temp_schema()",
    # Those that howdah keeps for all clients are in nobody's way: no client reaches them by their names.
    "statement": "select name, statement from pg_catalog.pg_prepared_statements where from_sql",
    # Those that howdah keeps for all clients are in nobody's way: no client reaches them by their names.
    "protocol statement": "select name, statement from pg_catalog.pg_prepared_statements where not from_sql and name !~ '^howdah_'",
    "cursor": "select name, statement from pg_catalog.pg_cursors",
}
QUESTION = ";\n".join(f"select '{kind}', * from ({facts}) as facts" for kind, facts in FACTS.items()).replace(
    "{custom}", ", ".join(f"('{name}')" for name in statements.CUSTOM))


class Fingerprint:
    """Of a client that has just logged in."""

    def __init__(self, client):
        self.facts = {("reported at log-in", name): value for name, value in client.parameters.items()}
        while True:
            answer = client.query(QUESTION)
            if answer.sqlstate != "57014":  # the limit of time that is there for others
                break
        assert answer.error is None, answer.error
        self.facts |= facts_in(answer)
        assert len(answer.tags) == len(FACTS)
        self.note_unexpected(answer, "TDC")
        self.facts["status", "after a query"] = answer.status
        self.ask(client)
        self.facts |= {("reported", name): value for name, value in client.parameters.items()}

    def ask(self, client):
        """What only a try can tell: names of the protocol, and what may fail."""
        questions = {("statement named", name): describe_statement(name) + SYNC for name in STATEMENT_NAMES}
        questions |= {("portal named", name): describe_portal(name) + SYNC for name in PORTAL_NAMES}
        questions |= {(kind, call): query(f"select {call}") for call, kind in CALLS.items()}
        client.send(b"".join(questions.values()))
        for question in questions:
            answer = client.ready()
            self.facts[question] = answer.sqlstate or f"there: {answer.rows}"
            self.note_unexpected(answer, "TDCEtn")

    def note_unexpected(self, answer, kinds):
        for one in answer.messages[:-1]:
            if one.kind not in kinds + "S":
                self.facts["message", one.kind] = one.body


def facts_in(answer):
    """Of an answer to QUESTION."""
    return {(kind, name): value for kind, name, value in answer.rows}


def differences(expected, found):
    """(kind, name), what a direct log-in tells, what was found; None where there is no such thing."""
    pairs = [(key, expected.get(key), found.get(key)) for key in sorted(expected.keys() | found.keys())]
    return [one for one in pairs if one[1] != one[2]]
