"""Debian's Prometheus, which scrapes one howdah."""

import json
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request

import yaml

from support import processes
from support.waiting import wait_until


class Prometheus:
    """On loopback, in a folder of its own. To be used in a with block."""

    def __init__(self, howdah, token=None):
        self.folder = tempfile.mkdtemp(prefix="howdah-prometheus-")
        self.port = processes.free_port()
        scrape = {"job_name": "howdah", "static_configs": [{"targets": [f"127.0.0.1:{howdah.admin_port}"]}]}
        if token:
            scrape["authorization"] = {"credentials": token}
        with open(f"{self.folder}/prometheus.yml", "w", encoding="utf-8") as file:
            yaml.safe_dump({"global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"}, "scrape_configs": [scrape]}, file)
        with open(f"{self.folder}/log", "wb") as log:
            self.process = subprocess.Popen(
                [
                    "prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, preexec_fn=processes.die_with_parent,
            )  # fmt: skip

    def __enter__(self):
        try:
            wait_until(self._is_ready, "prometheus is ready", timeout=60)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        processes.stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_ready(self):
        assert self.process.poll() is None, self._log()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _log(self):
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()[-5000:]

    def _ask(self, path, **parameters):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def value(self, query):
        """Of the only sample that there is; None where there is none."""
        result = self._ask("query", query=query)["result"]
        assert len(result) < 2, result
        return float(result[0]["value"][1]) if result else None

    def target(self):
        """How the scraping goes: "up" and its last error."""
        targets = self._ask("targets")["activeTargets"]
        return (targets[0]["health"], targets[0]["lastError"])
