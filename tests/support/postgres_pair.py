"""A primary and its streaming standby, which change places as often as a test likes, without losing a commit."""

import contextlib
import os
import shutil
import signal

from support.postgres import SETTINGS, Postgres
from support.waiting import wait_until

REPLICATING = SETTINGS | {"wal_level": "replica", "max_wal_senders": 10, "wal_keep_size": "256MB", "hot_standby": "on"}


class Member(Postgres):
    """One of the two."""

    def __init__(self, template):
        super().__init__(template, settings=REPLICATING)

    def follow(self, primary):
        """From the next start on."""
        self.configure(**REPLICATING, primary_conninfo=f"host={primary.folder} port={primary.port} user=postgres")
        path = f"{self.data}/standby.signal"
        with open(path, "w", encoding="ascii"):
            pass
        if os.geteuid() == 0:
            shutil.chown(path, "postgres", "postgres")


class PostgresPair:
    """`primary` and `standby` always say who is what now. The second one is a copy of the first."""

    def __init__(self, template):
        self.both = []
        try:
            self.both.append(Member(template))
            self.both[0].restart()  # writes WAL that a standby can use from here on
            self.both[0].stop()
            self.both.append(Member(self.both[0]))
            self.primary, self.standby = self.both
            self.primary.start()
            self.standby.follow(self.primary)
            self.standby.start()
            self.wait_for_standby()
        except BaseException:
            self.remove()
            raise

    def wait_for_standby(self):
        """Until it streams what is written now: only then a shutdown of the primary waits for it to have all."""
        written = self.primary.value("select pg_current_wal_lsn()")
        streams = "select count(*) from pg_stat_replication where state = 'streaming' and replay_lsn >= %s"
        wait_until(lambda: self.primary.value(streams, (written,)) == 1, "the standby streams", timeout=60)

    def backend(self, attributes="read-write", **more):
        """Over TCP, as several hosts."""
        hosts = ",".join(one.host for one in self.both)
        ports = ",".join(str(one.port) for one in self.both)
        extra = "".join(f" {key}={value}" for key, value in more.items())
        return f"host={hosts} port={ports} target_session_attrs={attributes}{extra}"

    @contextlib.contextmanager
    def switching(self):
        """In the block there is no primary: the old one has ended, and all that it committed is on the standby. Behind it
        they have changed places."""
        self.wait_for_standby()
        old, new = self.primary, self.standby
        old.stop(signal.SIGINT)
        yield
        self.promote(new)
        old.follow(new)
        old.start()
        self.primary, self.standby = new, old

    def promote(self, cluster):
        assert cluster.value("select pg_promote(true, 60)")
        wait_until(lambda: not cluster.value("select pg_is_in_recovery()"), "the standby is the primary")

    def remove(self):
        for cluster in self.both:
            cluster.remove()
