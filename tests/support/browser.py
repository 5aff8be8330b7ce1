"""A headless Chromium, driven by its DevTools protocol over two pipes: no port, no driver program. What its pages complain of
is kept."""

import base64
import contextlib
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

from support import processes
from support.waiting import wait_until

PATIENCE = 30
FLAGS = [
    "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions", "--disable-sync",
    "--metrics-recording-only", "--hide-scrollbars", "--proxy-server=direct://", "--host-resolver-rules=MAP * 127.0.0.1",
]  # fmt: skip
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39}
SHIFT = 8


class Browser:
    """To be closed, whatever happens: with Browser() as browser."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="howdah-chromium-")
        self.numbers = itertools.count(1)
        self.events = []
        self.received = b""
        commands, self.write_end = os.pipe()
        self.read_end, answers = os.pipe()

        def in_child():
            """Commands come in by descriptor 3, answers go out by 4. They may have these numbers the wrong way round."""
            processes.die_with_parent()
            high = [os.dup(commands), os.dup(answers)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        try:
            with open(f"{self.folder}/log", "wb") as log:
                self.process = subprocess.Popen(
                    ["chromium", f"--user-data-dir={self.folder}/profile", *FLAGS],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False, preexec_fn=in_child, start_new_session=True,
                    env={**os.environ, "HOME": self.folder},
                )  # fmt: skip
        except BaseException:
            self._forget()
            raise
        finally:
            os.close(commands)
            os.close(answers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._forget()

    def _forget(self):
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, session=None, **parameters):
        """The result of one command. Events that come meanwhile are kept."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next_message()
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def _next_message(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.received:
            ready, _, _ = select.select([self.read_end], [], [], max(end - time.monotonic(), 0))
            piece = os.read(self.read_end, 1 << 20) if ready else b""
            assert piece, f"Chromium does not answer:\n{self._log()}"
            self.received += piece
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)

    def _log(self):
        with open(f"{self.folder}/log", encoding="utf-8", errors="replace") as file:
            return file.read()[-5000:]

    def page(self, url=None):
        return Page(self, url)


class Page:
    def __init__(self, browser, url=None):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        if url:
            self.open(url)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def open(self, url):
        """Goes there and waits until it is loaded, its scripts too."""
        result = self.call("Page.navigate", url=url)
        assert "errorText" not in result, result
        wait_until(lambda: self.run("document.readyState") == "complete" and self.run("location.href") != "about:blank", f"{url} is loaded")

    def run(self, expression):
        """The value of a JavaScript expression, as JSON has it."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def text(self, selector):
        """What is seen of an element; empty where there is none, or it is hidden."""
        return self.run(f"(document.querySelector({json.dumps(selector)}) ?? {{innerText: ''}}).innerText")

    def wait_for(self, expression, what, timeout=30):
        return wait_until(lambda: self.run(expression), what, timeout, pause=0.05)

    def press(self, key, modifiers=0):
        named = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key], "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="rawKeyDown", **named)
        if key == "Enter":
            self.call("Input.dispatchKeyEvent", type="char", text="\r", **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def prefer(self, scheme="light", motion="no-preference"):
        features = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def resize(self, width, height, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def picture(self, path, height=None):
        """Of the whole page, or of so much of it from the top."""
        size = self.run("[innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": height or size[1], "scale": 1}
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def complaints(self):
        """Errors and warnings of the console, exceptions, and requests to somewhere else."""
        self.run("1")  # what was said until now has come
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            kind, told = event["method"], event["params"]
            if kind == "Runtime.exceptionThrown" or (kind == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert")):
                found.append(told)
            if kind == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
                found.append(told["entry"])
        return found

    def requests(self):
        """The addresses that were asked for, in order."""
        return [
            event["params"]["request"]["url"]
            for event in self.browser.events
            if event.get("sessionId") == self.session and event["method"] == "Network.requestWillBeSent"
        ]
