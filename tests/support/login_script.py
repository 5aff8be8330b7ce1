"""Random but repeatable log-ins that go wrong somewhere, for the differential test: messages that are right but for a byte,
come twice, too early or not at all."""

import random

from support import messages, scram
from support.differential import end_of_file, to_the_end
from support.messages import int32, message, packet, startup, text

# By the address it comes from, what a client must know: see support.postgres.METHODS_BY_SOURCE.
TRUST, PASSWORD, MD5, SCRAM = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
USER, SECRET = "scram_user", "scram password"


def _change_byte(generator, content):
    # None that an answer to random bytes may hold: by chance it would be right there.
    at = generator.randrange(len(content))
    return content[:at] + generator.choice([b"\0", b"\1", b"\x7f", b"\xff", b"!", b",", b"~", b" "]) + content[at + 1 :]


def _remove_bytes(generator, content):
    at = generator.randrange(len(content))
    return content[:at] + content[at + generator.randint(1, 8) :]


def _insert_bytes(generator, content):
    at = generator.randrange(len(content) + 1)
    inserted = generator.choice([b"\0", b"\xff", b"\0\0\0\x08", b"p", b"p\0\0\0\x05\0", generator.randbytes(4), b"x" * 2000])
    return content[:at] + inserted + content[at:]


def _change_length(generator, content):
    at = 0 if content[:1] == b"\0" else 1
    length = generator.choice([0, 3, 4, 5, 8, len(content), len(content) + 1, 1024, 1025, 10_001, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 1])
    return content[:at] + int32(length) + content[at + 4 :]


def _cut(generator, content):
    return content[: generator.randrange(len(content))]


def _twice(_, content):
    return content + content


def _behind_another(generator, content):
    return generator.choice(OTHERS) + content


def _replaced(generator, _):
    return generator.choice(OTHERS)


OTHERS = (
    messages.password(SECRET), messages.password(""), messages.password("wrong"), message("p"), message("p", b"\0"),
    startup(user="postgres", database="postgres"), startup(user=USER), messages.query("select 1"), messages.SYNC,
    messages.TERMINATE, messages.cancel_request(1, b"abcd"), packet(int32(0x00020000) + bytes(300)),
    message("p", b"SCRAM-SHA-256\0" + int32(0xFFFFFFFF)), message("p", b"SCRAM-SHA-256\0" + int32(8) + b"n,,n=,r="),
    message("p", b"c=biws,r=,p="), message("R", int32(0)), message("Z", b"I"), message("d", b"x"), b"\x16\x03\x01\x00\x05",
)
CHANGES = (_change_byte, _change_byte, _change_byte, _remove_bytes, _insert_bytes, _change_length, _cut, _twice, _behind_another, _replaced)
OPTIONS = (
    {}, {}, {}, {"application_name": "x\n\x1b[1m"}, {"options": "-c work_mem=1MB"}, {"options": "-c \\ "}, {"client_encoding": "UTF8"},
    {"DateStyle": "ISO"}, {"replication": "false"}, {"_pq_.x": "y"}, {"extra_float_digits": "2"},
)


class _Login:
    """The client's messages, of which the one at `wrong_at` is changed. None is, where that is beyond the last."""

    def __init__(self, generator, source):
        self.generator = generator
        self.wrong_at = generator.randrange(2 if source in (PASSWORD, MD5) else 3)
        self.is_changed = source != TRUST or generator.random() < 0.9
        self.changes = generator.choices(CHANGES, k=generator.choice([1, 1, 1, 2]))
        self.count = 0
        self.exchange = scram.Exchange(SECRET, nonce="rOprNGfwEbeRWgbNEkqO")

    def sent(self, content):
        is_wrong = self.is_changed and self.count == self.wrong_at
        self.count += 1
        if is_wrong:
            for change in self.changes:
                content = change(self.generator, content) or b"\0"
        return content

    def first(self):
        # The user's name stays, or log-ins by trust would make a pool for each.
        return startup(user=USER, database="postgres", **self.generator.choice(OPTIONS))

    def answer(self, player):
        """Answers what the server asks, until it asks nothing more or a wrong message has gone."""
        while not (self.is_changed and self.count > self.wrong_at):
            seen = []
            player.read(lambda one: seen.append(one) or one.kind in "RZE")
            if player.is_closed or seen[-1].kind != "R":
                return
            method, content = int.from_bytes(seen[-1].body[:4], "big"), seen[-1].body[4:]
            if method == 3:
                player.send(self.sent(messages.password(SECRET)))
            elif method == 5:
                player.lines.pop()  # the salt is another each time
                player.send(self.sent(messages.password(scram.md5_answer(USER, SECRET, content))))
            elif method == 10:
                first = self.exchange.first()
                player.send(self.sent(message("p", text("SCRAM-SHA-256") + int32(len(first)) + first)))
            elif method == 11:
                try:
                    final = self.exchange.final(content)
                except (AssertionError, ValueError, KeyError):  # an answer to a changed message
                    final = b"c=biws,r=x,p=AAAA"
                player.send(self.sent(message("p", final)))


def script(seed):
    """(script, address to come from, how to cut what is sent). The two plays of one seed send the same, as far as the
    server's random bytes let them."""
    choices = random.Random(seed)
    source = choices.choice([TRUST, PASSWORD, MD5, SCRAM, SCRAM, SCRAM])

    def play(player):
        login = _Login(random.Random(seed), source)
        first = login.first()
        player.send(first if source == TRUST and not login.is_changed else _first(login, first, source))
        login.answer(player)

    return [play, end_of_file, to_the_end], source, choices.choice([None, None, 1, 7])


def _first(login, first, source):
    if source == TRUST and login.wrong_at == 0:
        return login.sent(first[:12]) + first[12:]  # neither the user nor the database
    return login.sent(first)
