# rig.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of tallyctl share: running it in a home of its own, servers to talk to."""

import gzip
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

import schemas

TALLYCTL = os.environ.get('TALLYCTL', '')
SERVER = os.environ.get('TALLYSTICK_SERVER', '')
AGENT = os.environ.get('TALLYSTICK_AGENT', '')

# Long enough for a loaded machine; it decides nothing but when a hanging test is given up.
PATIENCE_S = 120

RUN_KEYS = ['run', 'operation', 'trigger', 'status', 'phase', 'started', 'ended', 'duration_ms',
            'phases', 'records', 'conflicts', 'bytes', 'requests', 'retries', 'grade', 'proof', 'errors']
RECORDS_KEYS = ['pulled', 'pushed', 'deleted', 'unchanged', 'failed', 'quarantined', 'held',
                'guarded']
CONFLICTS_KEYS = ['detected', 'auto_resolved', 'needs_user']
STATUS_KEYS = ['state', 'reason', 'connection', 'records', 'pending', 'oldest_pending', 'held',
               'quarantined', 'conflicts', 'guarded', 'grade', 'checked_at', 'next_run', 'circuits',
               'last_run']


class Answer:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.decode()
        self.err = process.stderr.decode()

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f'exit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}'


class CliTest(unittest.TestCase):
    """A home folder of its own, no session bus unless a test makes one."""

    longMessage = True
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tallyctl-')
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.store = os.path.join(self.folder, 'a.tally')
        self.env = {
            'PATH': os.environ['PATH'],
            'HOME': self.folder,
            'XDG_DATA_HOME': os.path.join(self.folder, 'data'),
            'XDG_RUNTIME_DIR': os.path.join(self.folder, 'run'),
            'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/nonexistent/bus',
            'LC_ALL': 'C.UTF-8',
            'NO_PROXY': '127.0.0.1',
        }
        os.mkdir(self.env['XDG_RUNTIME_DIR'], 0o700)
        for name in ('G_DEBUG', 'G_SLICE', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS'):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def run_cli(self, *arguments, input=b'', **more):
        """As typed, without --store."""
        if isinstance(input, str):
            input = input.encode()
        env = dict(self.env, **more.pop('env', {}))
        process = subprocess.run([TALLYCTL, *arguments], input=input, capture_output=True, env=env,
                                 timeout=PATIENCE_S, check=False, **more)
        answer = Answer(process)
        self.assertGreaterEqual(answer.code, 0, answer)
        for word in ('CRITICAL', 'WARNING **', 'Sanitizer'):
            self.assertNotIn(word, answer.err)
        return answer

    def cli(self, *arguments, store=None, **more):
        """On the test's own store."""
        return self.run_cli('--store', store or self.store, *arguments, **more)

    def ok(self, *arguments, code=0, **more):
        answer = self.cli(*arguments, **more)
        self.assertEqual(answer.code, code, answer)
        return answer

    def fails(self, code, *words, answer):
        """The exit code, and a message on standard error with these words and a next step."""
        self.assertEqual(answer.code, code, answer)
        self.assertRegex(answer.err, r'(?m)^tallyctl: .+', answer)
        for word in words:
            self.assertIn(word, answer.err, answer)
        return answer

    def assert_run(self, run):
        """The object of `sync --json`, key by key and in order."""
        schemas.check(self, 'run', run)
        self.assertEqual(list(run), RUN_KEYS)
        self.assertEqual(list(run['records']), RECORDS_KEYS)
        self.assertEqual(list(run['conflicts']), CONFLICTS_KEYS)
        self.assertEqual(list(run['bytes']), ['up', 'down'])
        self.assertIn(run['status'], ['success', 'partial', 'failed', 'cancelled'])
        self.assertIn(run['grade'], ['checked', 'verified', 'compared', 'none'])
        for phase in run['phases']:
            self.assertEqual(list(phase), ['phase', 'ms'])
        for error in run['errors']:
            self.assertEqual(list(error), ['record', 'code', 'message'])

    def lines(self, *documents):
        return ''.join(json.dumps(document, ensure_ascii=False) + '\n' for document in documents)


class Process:
    """A program of ours in the background, ended by its own pid."""

    def __init__(self, test, arguments, env=None):
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=env or test.env)
        test.addCleanup(self.stop)

    def kill(self):
        self.process.kill()
        self.finish()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.finish()

    def finish(self):
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe and not pipe.closed:
                pipe.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class TallyServer(Process):
    """tallystick-server on loopback; a second one on the same folder and port goes on there."""

    def __init__(self, test, folder=None, port=None):
        self.folder = folder or tempfile.mkdtemp(dir=test.folder)
        self.port = port or free_port()
        self.root = f'http://127.0.0.1:{self.port}'
        super().__init__(test, [SERVER, '--port', str(self.port), '--data-dir', self.folder])
        self.wait_until_up()

    def wait_until_up(self):
        waiting = threading.Event()
        for _ in range(PATIENCE_S * 20):
            try:
                return self.request('GET', '/')
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(self.process.stderr.read().decode()) from None
                waiting.wait(0.05)
        raise RuntimeError('the server does not answer')

    def request(self, method, path, body=None):
        request = urllib.request.Request(self.root + path, method=method)
        if body is not None:
            request.add_header('Content-Type', 'application/json')
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.loads(answer.read())

    def create(self, name):
        self.request('PUT', '/' + name)
        return f'{self.root}/{name}'

    def put(self, database, *documents):
        rows = self.request('POST', f'/{database}/_bulk_docs', {'docs': list(documents)})
        return {row['id']: row.get('rev') for row in rows}

    def documents(self, database):
        rows = self.request('GET', f'/{database}/_all_docs?include_docs=true')['rows']
        return {row['id']: {name: value for name, value in row['doc'].items() if name != '_rev'}
                for row in rows}


class BadServer:
    """Answers what a test tells it to; counts what it was asked."""

    def __init__(self, test, answer):
        self.asked = []
        bad = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    # Whoever asked is gone, or a test cut the line.
                    self.close_connection = True

            def handle_any(self):
                length = int(self.headers.get('Content-Length') or 0)
                body = self.rfile.read(length)
                bad.asked.append((self.command, self.path, dict(self.headers), body))
                status, headers, content = answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header('Content-Length', str(len(content)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        # A line that was cut is what is tested.
        self.server.handle_error = lambda *_: None
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}/db'
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.closed = False
        test.addCleanup(self.close)

    def close(self):
        if self.closed:
            return
        self.closed = True
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Proxy(BadServer):
    """Stands before a server. before(method, path, body) and after(method, path, body, answer),
    which are shown the body unpacked, may give an answer (status, headers, content) of their own; None lets things go their way."""

    def __init__(self, test, target, before=None, after=None):
        self.before = before
        self.after = after
        self.target = re.match(r'http://[^/]+', target).group(0)
        super().__init__(test, self.pass_on)
        self.url = self.url.rsplit('/', 1)[0] + target[len(self.target):]

    def pass_on(self, method, path, headers, body):
        packed = headers.get('Content-Encoding') == 'gzip'
        plain = gzip.decompress(body) if packed else body
        answer = self.before and self.before(method, path, plain)
        if answer is not None:
            return answer
        request = urllib.request.Request(self.target + path, method=method, data=body or None)
        for name in ('Content-Type', 'Accept', 'Content-Encoding'):
            if headers.get(name):
                request.add_header(name, headers[name])
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as got:
                answer = got.status, {'Content-Type': got.headers['Content-Type']}, got.read()
        except urllib.error.HTTPError as error:
            answer = error.code, {'Content-Type': error.headers['Content-Type']}, error.read()
            error.close()
        return (self.after and self.after(method, path, plain, answer)) or answer


JSON = {'Content-Type': 'application/json'}


def endpoint(path):
    """"_changes" of "/db/_changes?since=0"; "" for the database itself."""
    parts = path.split('?')[0].strip('/').split('/')
    return parts[1] if len(parts) > 1 else ''


def main():
    unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]])
