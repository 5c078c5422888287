"""webdriver.py - a headless Chromium, driven over HTTP with nothing but python3's own library."""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

DRIVERS = ("chromedriver", "/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver")
BROWSERS = ("chromium", "/usr/bin/chromium")
START_SECONDS = 20
ANSWER_SECONDS = 60


def found(names):
    return next((path for path in map(shutil.which, names) if path), None)


def available():
    return found(DRIVERS) is not None and found(BROWSERS) is not None


class Browser:
    """Used with `with`; every browser has an empty profile of its own, removed afterwards."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="tidemark-browser-",
                                                   ignore_cleanup_errors=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = dict(os.environ, HOME=self.profile.name)
        self.driver = subprocess.Popen([found(DRIVERS), f"--port={port}", "--log-level=OFF"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=environment)
        self.base = f"http://127.0.0.1:{port}"
        try:
            self.wait_ready()
            self.open_session()
        except BaseException:
            self.driver.kill()
            self.driver.wait()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        except (OSError, RuntimeError):
            pass
        self.driver.terminate()
        self.driver.wait(timeout=START_SECONDS)
        self.profile.cleanup()

    def wait_ready(self):
        self.session = None
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.call("GET", "/status")
            except OSError:
                if time.monotonic() > end or self.driver.poll() is not None:
                    raise
                time.sleep(0.05)

    def open_session(self):
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                     "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                     "--force-device-scale-factor=1", "--window-size=1280,900",
                     f"--user-data-dir={self.profile.name}/profile"]
        wanted = {"goog:chromeOptions": {"binary": found(BROWSERS), "args": arguments},
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = answer["sessionId"]

    def call(self, method, path, body=None):
        prefix = f"/session/{self.session}" if self.session else ""
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + prefix + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=ANSWER_SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from error

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, *arguments, seconds=10):
        """Until the script returns something true, which is the answer."""
        end = time.monotonic() + seconds
        while True:
            answer = self.run(script, *arguments)
            if answer:
                return answer
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {script}")
            time.sleep(0.05)

    def cdp(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def resize(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 600)

    def media(self, medium="", **features):
        named = [{"name": name.replace("_", "-"), "value": value}
                 for name, value in features.items()]
        self.cdp("Emulation.setEmulatedMedia", media=medium, features=named)

    def screenshot(self, path, whole=False):
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def pdf(self, path):
        printed = self.cdp("Page.printToPDF", printBackground=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(printed["data"]))
