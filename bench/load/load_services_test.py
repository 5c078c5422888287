"""load_services_test.py - tidemark load against services of others: own headers, https, several addresses."""
import http.server
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from tidemark_server import tidemark

REQUESTS = 40


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.headers["Host"], self.headers["X-Try"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class Service(http.server.ThreadingHTTPServer):
    """Answers on 127.0.0.1 until the test ends."""

    def __init__(self, test, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        test.addCleanup(self.server_close)
        test.addCleanup(self.shutdown)


class Load(unittest.TestCase):
    def load(self, url, *options):
        done = tidemark("load", url, "--requests", str(REQUESTS), "--connections", "2", "--json", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual((found["requests"], found["errors"]), (REQUESTS, 0))

    def test_own_headers_are_sent_with_each_request(self):
        service = Service(self)
        self.load(f"http://127.0.0.1:{service.server_port}/a", "-H", "X-Try: yes", "--header", "Host: example.org")
        self.assertEqual(service.seen, [("example.org", "yes")] * REQUESTS)

    def test_https_is_spoken(self):
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = os.path.join(folder, "key"), os.path.join(folder, "certificate")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                            "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
        service = Service(self, context)
        self.load(f"https://127.0.0.1:{service.server_port}/a")
        self.assertEqual(len(service.seen), REQUESTS)

    def test_the_addresses_of_a_name_are_tried_in_turn(self):
        service = Service(self)
        found = socket.getaddrinfo("localhost", service.server_port, type=socket.SOCK_STREAM)
        if len({address[4][0] for address in found}) < 2:
            self.skipTest("localhost has only one address here")
        self.load(f"http://localhost:{service.server_port}/a")
        self.assertEqual(len(service.seen), REQUESTS)


if __name__ == "__main__":
    unittest.main()
