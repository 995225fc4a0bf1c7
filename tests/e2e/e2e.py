# e2e.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the end-to-end tests share: devices, JSON as text, a forwarder that misbehaves.

Everything is judged from outside: by `tallyctl` and by what the server says over HTTP. JSON is
taken apart as text here, on purpose with nothing of ours, so that numbers and escapes are compared
as they were written.
"""

import http.client
import http.server
import json
import os
import re
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'cli'))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'peers'))

import rig  # noqa: E402

SKIPPED = 77

# Documents may be nested 1,000 levels; json counts two calls for each.
sys.setrecursionlimit(5000)

# Rounds after which two devices that still move never will stop.
MANY_ROUNDS = 12

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


# --- JSON as text ---

def compact(text):
    """Without white space outside strings."""
    return ''.join(TOKEN.findall(text))


def split(text):
    """The values directly inside an object or array, compact: [(name or None, value)]."""
    found = []
    depth = 0
    name = None
    parts = []
    for token in TOKEN.findall(text):
        depth -= token in ('}', ']')
        if depth == 1 and token == ':' and name is None:
            name = ''.join(parts)
            parts = []
        elif (depth == 1 and token == ',') or (depth == 0 and token in ('}', ']')):
            if parts:
                found.append((name, ''.join(parts)))
            name = None
            parts = []
        elif depth >= 1:
            parts.append(token)
        depth += token in ('{', '[')
    return found


def member(text, name):
    """The text of a member, or None."""
    for at, value in split(text):
        if json.loads(at) == name:
            return value
    return None


def text_form(text):
    """A body's text form: no member that starts with "_" at the top, no white space."""
    return '{' + ','.join(f'{name}:{value}' for name, value in split(text)
                          if not json.loads(name).startswith('_')) + '}'


def export_line(key, body):
    """The line of `tallyctl export`; body in text form."""
    quoted = json.dumps(key, ensure_ascii=False)
    return f'{{"_id":{quoted}' + (',' if len(body) > 2 else '') + body[1:]


def export_of_server(url):
    """What an export of a device must be that agrees with this database."""
    lines = []
    with urllib.request.urlopen(f'{url}/_all_docs?include_docs=true',
                                timeout=rig.PATIENCE_S) as answer:
        text = answer.read().decode()
    for _, row in split(member(text, 'rows')):
        body = member(row, 'doc')
        lines.append((json.loads(member(row, 'id')), text_form(body)))
    lines.sort(key=lambda line: line[0].encode())
    return ''.join(export_line(*line) + '\n' for line in lines)


# --- HTTP as it is ---

def request(method, url, body=None, headers=None):
    """(status, text); body is JSON text or a value."""
    asked = urllib.request.Request(url, method=method, headers=headers or {})
    if body is not None:
        asked.data = (body if isinstance(body, str) else json.dumps(body)).encode()
        if not asked.has_header('Content-type'):
            asked.add_header('Content-Type', 'application/json')
    try:
        with urllib.request.urlopen(asked, timeout=rig.PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def leaves(url, key):
    """(live, deleted): the leaf documents of a record, as the server has them."""
    status, text = request('GET', f'{url}/{urllib.parse.quote(key, safe="")}?open_revs=all',
                           headers={'Accept': 'application/json'})
    assert status == 200, (status, text)
    documents = [row['ok'] for row in json.loads(text)]
    return ([document for document in documents if not document.get('_deleted')],
            [document for document in documents if document.get('_deleted')])


def count_forks(url):
    """Documents with more than one live leaf. `conflicts` of a document lists the losers."""
    _, text = request('GET', f'{url}/_all_docs?include_docs=true&conflicts=true')
    return sum('_conflicts' in row['doc'] for row in json.loads(text)['rows'])


# --- devices ---

class Device:
    """A store with a server, driven by tallyctl as a person would."""

    def __init__(self, test, name, url):
        self.test = test
        self.store = os.path.join(test.folder, f'{name}.tally')
        self.url = url
        self.runs = []

    def cli(self, *arguments, code=0, **more):
        answer = self.test.run_cli('--store', self.store, *arguments, **more)
        self.test.assertEqual(answer.code, code, answer)
        return answer

    def ask_nothing(self):
        """However much is edited at once: that is what the test is about."""
        self.cli('guard', '--share', '100')

    def sync(self, *options, code=0):
        """The run's object."""
        answer = self.test.run_cli('--store', self.store, '--server', self.url, 'sync', '--json',
                                   *options)
        self.test.assertEqual(answer.code, code, answer)
        run = answer.json
        self.test.assert_run(run)
        self.runs.append(run)
        return run

    def confirm(self):
        """A run that finds many deletions, and the word that they were meant."""
        self.sync(code=1)
        for question in self.cli('guard', '--json').json['questions']:
            self.cli('guard', question['collection'], '--side', question['side'],
                     '--confirm', str(question['records']))

    def put(self, key, body):
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        return self.cli('put', key, input=text)

    def import_text(self, text, code=0):
        return self.cli('import', '-', '--json', input=text, code=code)

    def delete(self, key):
        return self.cli('delete', key)

    def get(self, key):
        """The record without _id, as values; None when it is not there."""
        answer = self.test.run_cli('--store', self.store, 'get', key)
        if answer.code == 4:
            return None
        self.test.assertEqual(answer.code, 0, answer)
        document = json.loads(answer.out)
        self.test.assertEqual(document.pop('_id'), key)
        return document

    def export(self):
        return self.cli('export').out

    def status(self):
        return self.cli('status', '--json').json

    def conflicts(self):
        """By id."""
        listed = self.cli('conflicts', '--json').json['conflicts']
        return {conflict['id']: conflict for conflict in listed}

    def resolve(self, key, *choices, code=0):
        return self.cli('resolve', key, '--json', *choices, code=code)


def is_quiet(run):
    records = run['records']
    return records['pulled'] == records['pushed'] == records['deleted'] == 0


def settle_down(*devices):
    """Syncs all in turn until a whole round moves nothing."""
    for _ in range(MANY_ROUNDS):
        if all([is_quiet(device.sync()) for device in devices]):
            return
    raise AssertionError(f'still moving: {[device.runs[-1] for device in devices]}')


class E2eTest(rig.CliTest):
    """Devices against a tallystick-server."""

    def start_server(self, name='db'):
        self.server = rig.TallyServer(self)
        self.url = self.server.create(name)

    def device(self, name, url=None):
        return Device(self, name, url or self.url)

    def assert_same_text(self, one, other, what):
        """assertEqual would spend minutes on the difference of large texts."""
        if one == other:
            return
        ours, theirs = one.split('\n'), other.split('\n')
        differing = [pair for pair in zip(ours, theirs) if pair[0] != pair[1]]
        first = differing[0] if differing else '(one goes on where the other ends)'
        self.fail(f'{what}: {len(ours)} and {len(theirs)} lines, {len(differing)} differ; '
                  f'first: {str(first)[:2000]}')

    def assert_proven(self, device):
        """What the device itself can prove is what is so."""
        answer = device.cli('sync', '--compare', '--json').json
        self.assertEqual((answer['status'], answer['grade']), ('success', 'compared'), answer)
        self.assertEqual(answer['proof']['equal'], answer['proof']['of'])

    def assert_agreed(self, *devices):
        """Byte for byte, each device and the server; nothing waits, nothing is forked."""
        server = export_of_server(devices[0].url)
        for device in devices:
            self.assert_same_text(device.export(), server, f'{device.store} and the server')
            status = device.status()
            for name in ('pending', 'held', 'quarantined', 'conflicts'):
                self.assertEqual(status[name], 0, (name, status))
            self.assert_proven(device)
        self.assertEqual(count_forks(devices[0].url), 0)


# --- what stands between ---

class Forwarder:
    """A proxy in front of a server. `spoil(method, path, body)` gives None to let a request pass,
    or (status, headers, content) to answer in the server's place; an OSError cuts the line."""

    def __init__(self, test, target, spoil=lambda method, path, body: None, host='127.0.0.1'):
        forwarder = self
        self.spoil = spoil
        self.n_requests = 0
        address = urllib.parse.urlsplit(target)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def forward(self, body):
                connection = http.client.HTTPConnection(address.hostname, address.port,
                                                        timeout=rig.PATIENCE_S)
                headers = {name: value for name, value in self.headers.items()
                           if name.lower() not in ('host', 'connection')}
                try:
                    connection.request(self.command, self.path, body, headers)
                    answer = connection.getresponse()
                    return answer.status, dict(answer.getheaders()), answer.read()
                finally:
                    connection.close()

            def handle_any(self):
                forwarder.n_requests += 1
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                try:
                    answer = forwarder.spoil(self.command, self.path, body)
                    status, headers, content = answer or self.forward(body)
                    self.send_response_only(status)
                    for name, value in headers.items():
                        if name.lower() not in ('content-length', 'transfer-encoding',
                                                'connection'):
                            self.send_header(name, value)
                    self.send_header('Content-Length', str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except (OSError, http.client.HTTPException):
                    self.close_connection = True

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

            def log_message(self, *arguments):
                pass

        self.listener = http.server.ThreadingHTTPServer((host, 0), Handler)
        self.listener.daemon_threads = True
        self.url = f'http://{host}:{self.listener.server_address[1]}'
        self.thread = threading.Thread(target=self.listener.serve_forever, daemon=True)
        self.thread.start()
        test.addCleanup(self.close)

    def close(self):
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join()


def end_missing(what):
    """Says what is missing and skips, or fails where nothing may be."""
    print(f'skipped: {what}', file=sys.stderr)
    sys.exit(1 if os.environ.get('TALLY_REQUIRE_PEERS') == '1' else SKIPPED)


def main():
    rig.main()
