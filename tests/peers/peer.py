#!/usr/bin/python3
# peer.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""PouchDB Server from npm, started and ended for a test.

    tests/peers/peer.py install              npm ci into BUILD/peers, once for every lock file
    tests/peers/peer.py run COMMAND...       COMMAND with TALLY_PEER_URL and NODE_PATH set
    tests/peers/peer.py serve                until SIGTERM or the end of standard input;
                                             the first line on standard output is the URL

    --port N     instead of a free one
    --disk DIR   databases in DIR instead of in memory

A test in Python says `import peer` and uses PouchServer. BUILD is TALLY_BUILD_DIR, else _build.
Where npm is missing or fetches nothing, everything ends with 77 (meson: skipped), or with 1 when
TALLY_REQUIRE_PEERS=1. Servers listen on 127.0.0.1 only.
"""

import argparse
import ctypes
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
READY_SECONDS = 60
PR_SET_PDEATHSIG = 1


class Unavailable(Exception):
    """The peer cannot be had here; says why."""


def end_unavailable(error):
    """What a test's main does with Unavailable: a skip, or a failure where peers are required."""
    print(f'peer: {error}', file=sys.stderr)
    sys.exit(1 if os.environ.get('TALLY_REQUIRE_PEERS') == '1' else SKIPPED)


def folder():
    build = os.environ.get('TALLY_BUILD_DIR') or os.path.join(HERE, '..', '..', '_build')
    return os.path.join(os.path.abspath(build), 'peers')


def install():
    """Brings what package-lock.json pins into folder(); returns its node_modules."""
    for program in ('node', 'npm'):
        if not shutil.which(program):
            raise Unavailable(f'{program} is not installed')

    target = folder()
    os.makedirs(target, exist_ok=True)
    digest = hashlib.sha256()
    for name in ('package.json', 'package-lock.json'):
        with open(os.path.join(HERE, name), 'rb') as handle:
            digest.update(handle.read())

    # Tests run side by side: one of them installs, the others wait and find it done.
    with open(os.path.join(target, 'lock'), 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = os.path.join(target, 'installed')
        if read_text(stamp) != digest.hexdigest():
            run_npm(target)
            with open(stamp, 'w', encoding='ascii') as handle:
                handle.write(digest.hexdigest())
    return os.path.join(target, 'node_modules')


def read_text(path):
    try:
        with open(path, encoding='ascii') as handle:
            return handle.read()
    except FileNotFoundError:
        return None


def run_npm(target):
    for name in ('package.json', 'package-lock.json'):
        shutil.copy(os.path.join(HERE, name), target)
    # No install scripts: leveldown brings its binaries along, the sqlite3 adapter is not used.
    command = ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    result = subprocess.run(command, cwd=target, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if result.returncode != 0:
        said = result.stdout.decode('utf-8', 'replace').strip()[-2000:]
        raise Unavailable(f'npm ci ended with {result.returncode}: {said}')


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def end_with_parent():
    """Runs in the child: it ends when we do, however we do."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class PouchServer:
    """One PouchDB Server. A crash (there are requests that end it) starts it again on the same
    port; in memory mode its databases are gone then. Use as a context manager, or start()/stop().
    """

    def __init__(self, disk=None, port=None):
        self.modules = install()
        self.disk = disk
        self.port = port
        self.n_crashes = 0
        self._fixed_port = port is not None
        self._scratch = None
        self._process = None
        self._watcher = None
        self._stopping = False

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    @property
    def pid(self):
        return self._process.pid

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self._scratch = tempfile.mkdtemp(prefix='tally-peer-')
        self._stopping = False
        for _ in range(5):
            if not self._fixed_port:
                self.port = free_port()
            self._spawn()
            if self._wait_until_ready():
                break
            # Somebody was quicker to take the port.
            if self._fixed_port:
                break
        if not self._answers():
            log = self.log()
            self.stop()
            raise RuntimeError(f'PouchDB Server does not answer: {log}')
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def stop(self):
        self._stopping = True
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._watcher:
            self._watcher.join()
            self._watcher = None
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def kill(self):
        """Ends it the hard way; returns when it answers again."""
        before = self.n_crashes
        self._process.kill()
        deadline = time.monotonic() + READY_SECONDS
        while self.n_crashes == before or not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f'PouchDB Server did not come back: {self.log()}')
            time.sleep(0.02)

    def log(self):
        if not self._scratch:
            return ''
        with open(os.path.join(self._scratch, 'output'), encoding='utf-8', errors='replace') as log:
            return log.read()[-2000:]

    def request(self, method, path, body=None):
        """(status, parsed answer) of a request with a JSON body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method,
                                         headers={'Content-Type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def _spawn(self):
        place = ['--dir', self.disk] if self.disk else ['--in-memory']
        if self.disk:
            os.makedirs(self.disk, exist_ok=True)
        command = ['node', os.path.join(self.modules, '.bin', 'pouchdb-server'),
                   '--host', '127.0.0.1', '--port', str(self.port), '--no-stdout-logs',
                   '--config', os.path.join(self._scratch, 'config.json')] + place
        with open(os.path.join(self._scratch, 'output'), 'ab') as output:
            self._process = subprocess.Popen(command, cwd=self._scratch, stdin=subprocess.DEVNULL,
                                             stdout=output, stderr=output,
                                             preexec_fn=end_with_parent)

    def _answers(self):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=5)
        try:
            connection.request('GET', '/')
            answer = connection.getresponse()
            return answer.status == 200 and b'Welcome' in answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return True
            time.sleep(0.02)
        return False

    def _watch(self):
        while True:
            self._process.wait()
            if self._stopping:
                return
            self._spawn()
            self.n_crashes += 1


def run(server, command):
    environment = dict(os.environ, TALLY_PEER_URL=server.url, NODE_PATH=server.modules)
    return subprocess.run(command, env=environment, check=False).returncode


def serve(server):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(server.url, flush=True)
    while os.read(0, 4096):
        pass
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--port', type=int)
    parser.add_argument('--disk')
    parser.add_argument('action', choices=['install', 'run', 'serve'])
    parser.add_argument('command', nargs=argparse.REMAINDER)
    options = parser.parse_args()

    try:
        if options.action == 'install':
            print(install())
            return 0
        with PouchServer(options.disk, options.port) as server:
            return run(server, options.command) if options.action == 'run' else serve(server)
    except Unavailable as error:
        return end_unavailable(error)


if __name__ == '__main__':
    sys.exit(main())
