"""A PAM service of our own under a name of its own: a script judges users and passwords. Needs root."""

import os
import secrets
import shutil
import tempfile

# As pam_exec(8) runs it: the password comes on standard input, with a zero byte behind it.
SCRIPT = r"""#!/bin/sh
if [ "$PAM_TYPE" = account ]; then
  [ "$PAM_USER" != expired ]
  exit
fi
password=$(tr -d '\0')
grep -E '^Sig(Blk|Ign):' /proc/self/status > {folder}/signals
echo "$PAM_USER from $PAM_RHOST" >> {folder}/calls
echo "judged by $(printf 'a\033script')"
if [ "$PAM_USER" = sleepy ]; then
  while [ -e {folder}/hold ]; do sleep 0.02; done
fi
case "$PAM_USER:$password" in
{good}
esac
exit 1
"""

SERVICE = """{more}auth required pam_exec.so expose_authtok stdout {folder}/judge
account required pam_exec.so {folder}/judge
"""


class PamService:
    """`passwords`: of those whom it lets in; `more`: lines in front. As long as hold() counts, the user "sleepy" gets no
    answer."""

    def __init__(self, passwords, more=""):
        self.name = f"howdah-test-{os.getpid()}-{secrets.token_hex(4)}"
        self.folder = tempfile.mkdtemp(prefix="howdah-pam-")
        os.chmod(self.folder, 0o755)
        good = "".join(f"  '{user}:{password}') exit 0 ;;\n" for user, password in passwords.items())
        self._write(f"{self.folder}/judge", SCRIPT.format(folder=self.folder, good=good), 0o755)
        for name in ("calls", "signals"):
            self._write(f"{self.folder}/{name}", "", 0o666)
        self._write(f"/etc/pam.d/{self.name}", SERVICE.format(folder=self.folder, more=more), 0o644)

    @staticmethod
    def _write(path, content, mode):
        with open(path, "w", encoding="ascii") as file:
            file.write(content)
        os.chmod(path, mode)

    def calls(self):
        """Lines "user from address", one for each time that it was asked."""
        with open(f"{self.folder}/calls", encoding="utf-8") as file:
            return file.read().splitlines()

    def signals_left_out(self):
        """What the script was born with: the sets of signals that are blocked and ignored."""
        with open(f"{self.folder}/signals", encoding="ascii") as file:
            return [int(line.split()[1], 16) for line in file]

    def hold(self):
        self._write(f"{self.folder}/hold", "", 0o644)

    def release(self):
        if os.path.exists(f"{self.folder}/hold"):
            os.remove(f"{self.folder}/hold")

    def remove(self):
        self.release()
        os.remove(f"/etc/pam.d/{self.name}")
        shutil.rmtree(self.folder, ignore_errors=True)
