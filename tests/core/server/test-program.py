#!/usr/bin/python3
# test-program.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""tallystick-server as a program: how it starts and ends, and what it does on a socket.

    test-program.py PROGRAM
"""

import contextlib
import gzip
import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = sys.argv.pop(1)
MEGABYTE = 1024 * 1024


class Server:

    def __init__(self, folder, *options):
        self.folder = folder
        self.options = options

    def __enter__(self):
        self.process = subprocess.Popen([PROGRAM, '--port', '0', '--data-dir', self.folder,
                                         *self.options], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.host = self.url[len('http://'):-1]
        self.port = int(self.host.rsplit(':', 1)[1])
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.status = self.process.wait(10)
        self.process.stdout.close()

    def request(self, method, path, body=None, **headers):
        """(status, headers, body) of one request on a connection of its own."""
        address = self.host.rsplit(':', 1)[0].strip('[]')
        connection = http.client.HTTPConnection(address, self.port, timeout=20)
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault('Content-Type', 'application/json')
        try:
            connection.request(method, path, body,
                               {name.replace('_', '-'): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def raw(self, text):
        """What comes back until the server closes."""
        with socket.create_connection(('127.0.0.1', self.port), 20) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(text)
            got = b''
            with contextlib.suppress(OSError):
                while piece := connection.recv(65536):
                    got += piece
            return got

    def peak(self):
        """The most memory it had, bytes; 0 with a sanitizer, whose memory it is then."""
        if 'ASAN_OPTIONS' in os.environ:
            return 0
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith('VmHWM'))

    def n_files(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))


def run(*options):
    return subprocess.run([PROGRAM, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=20, check=False)


class TestProgram(unittest.TestCase):

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = os.path.join(scratch.name, 'data')

    def test_start_and_end(self):
        with Server(self.folder) as server:
            self.assertRegex(server.url, r'^http://127\.0\.0\.1:[0-9]+/$')
            status, _, body = server.request('GET', '/')
            self.assertEqual((status, json.loads(body)['couchdb']), (200, 'Welcome'))
            self.assertEqual(server.request('PUT', '/shop')[0], 201)
            self.assertEqual(server.request('PUT', '/shop/a', {'n': 1})[0], 201)
            self.assertEqual(stat.S_IMODE(os.stat(self.folder).st_mode), 0o700)
            for name in os.listdir(self.folder):
                mode = os.stat(os.path.join(self.folder, name)).st_mode
                self.assertEqual((name, stat.S_IMODE(mode)), (name, 0o600))
            uuid = json.loads(body)['uuid']
        self.assertEqual(server.status, 0)
        self.assertFalse([name for name in os.listdir(self.folder) if name.endswith('-wal')])

        with Server(self.folder) as server:
            self.assertEqual(json.loads(server.request('GET', '/')[2])['uuid'], uuid)
            self.assertEqual(json.loads(server.request('GET', '/shop/a')[2])['n'], 1)

    def test_killed(self):
        """What was answered is there after the worst of ends."""
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            for i in range(20):
                self.assertEqual(server.request('PUT', f'/shop/{i}', {'n': i})[0], 201)
            server.process.kill()
            server.process.wait()
        with Server(self.folder) as server:
            self.assertEqual(json.loads(server.request('GET', '/shop')[2])['doc_count'], 20)

    def test_ipv6(self):
        try:
            with socket.create_server(('::1', 0), family=socket.AF_INET6):
                pass
        except OSError:
            self.skipTest('no IPv6 here')
        with Server(self.folder, '--host', '::1') as server:
            self.assertRegex(server.url, r'^http://\[::1\]:[0-9]+/$')
            self.assertEqual(server.request('GET', '/')[0], 200)

    def test_options(self):
        shown = run('--help')
        self.assertEqual(shown.returncode, 0)
        for word in ('--port', '--data-dir', '--host', '5985', 'Exit status', 'SIGTERM'):
            self.assertIn(word, shown.stdout)
        self.assertEqual(run('--version').returncode, 0)

        for options in (['--odd'], ['word'], ['--port', '70000'], []):
            refused = run(*options)
            self.assertEqual(refused.returncode, 2, options)
            self.assertTrue(refused.stderr.startswith('tallystick-server: '))

        for host in ('0.0.0.0', '192.168.1.2', 'example.org', '::'):
            refused = run('--port', '0', '--data-dir', self.folder, '--host', host)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(host, refused.stderr)
            self.assertIn('127.0.0.1', refused.stderr)

    def test_second_server(self):
        with Server(self.folder) as server:
            refused = run('--port', '0', '--data-dir', self.folder)
            self.assertEqual(refused.returncode, 4)
            self.assertIn(str(server.process.pid), refused.stderr)
            self.assertIn(self.folder, refused.stderr)
            refused = run('--port', str(server.port), '--data-dir', self.folder + '2')
            self.assertEqual(refused.returncode, 3)
            self.assertIn(str(server.port), refused.stderr)

    def test_no_folder(self):
        with open(self.folder, 'w', encoding='ascii'):
            pass
        refused = run('--port', '0', '--data-dir', self.folder)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(self.folder, refused.stderr)

    def test_web_pages(self):
        with Server(self.folder) as server:
            self.assertEqual(server.request('PUT', '/shop')[0], 201)
            for headers in ({'Host': f'evil.example:{server.port}'}, {'Host': '127.0.0.1'},
                            {'Origin': 'http://evil.example'}, {'Origin': 'null'},
                            {'Sec_Fetch_Site': 'cross-site'}):
                self.assertEqual(server.request('GET', '/shop', **headers)[0], 403, headers)
                self.assertEqual(server.request('PUT', '/shop/x', {}, **headers)[0], 403, headers)
            self.assertEqual(server.request('POST', '/shop', b'{}', Content_Type='text/plain')[0],
                             415)
            self.assertEqual(server.request('OPTIONS', '/shop')[0], 405)
            self.assertEqual(json.loads(server.request('GET', '/shop')[2])['doc_count'], 0)
            self.assertEqual(server.request('GET', '/', Origin=server.url[:-1])[0], 200)

    def test_large_requests(self):
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            head = (f'POST /shop/_bulk_docs HTTP/1.1\r\nHost: {server.host}\r\n'
                    'Content-Type: application/json\r\n').encode()

            got = server.raw(head + b'Content-Length: 99999999\r\n\r\n' + b'x' * 99999999)
            self.assertTrue(got.startswith(b'HTTP/1.1 413') or got == b'', got[:200])

            piece = b'100000\r\n' + b' ' * MEGABYTE + b'\r\n'
            got = server.raw(head + b'Transfer-Encoding: chunked\r\n\r\n' + piece * 70 + b'0\r\n\r\n')
            self.assertTrue(got.startswith(b'HTTP/1.1 413'), got[:200])

            got = server.raw(head + b'X-Long: ' + b'x' * 300000 + b'\r\n\r\n')
            self.assertNotIn(b' 200 ', got[:20])

            self.assertEqual(server.request('GET', '/shop')[0], 200)
            self.assertLess(server.peak(), 200 * MEGABYTE)

    def test_gzip(self):
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            docs = [{'_id': f'{i:05}', 'text': 'x' * 500} for i in range(2000)]
            packed = gzip.compress(json.dumps({'docs': docs}).encode())
            status, _, body = server.request('POST', '/shop/_bulk_docs', packed,
                                             Content_Type='application/json',
                                             Content_Encoding='gzip')
            self.assertEqual((status, len(json.loads(body))), (201, 2000))

            for path in ('/shop/_changes?include_docs=true', '/shop/_all_docs?include_docs=true'):
                status, headers, plain = server.request('GET', path)
                self.assertIsNone(headers['Content-Encoding'])
                status, headers, packed = server.request('GET', path, Accept_Encoding='gzip')
                self.assertEqual((status, headers['Content-Encoding']), (200, 'gzip'))
                self.assertEqual(gzip.decompress(packed), plain)
                self.assertLess(len(packed), len(plain) / 5)
            self.assertIsNone(server.request('GET', '/shop', Accept_Encoding='gzip')[1]
                              ['Content-Encoding'])
            status, headers, packed = server.request('GET', '/shop/_changes', Accept_Encoding='gzip')
            self.assertEqual(len(json.loads(gzip.decompress(packed))['results']), 2000)

    def test_head(self):
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            server.request('PUT', '/shop/a', {'n': 1})
            for path, status in (('/shop', 200), ('/none', 404), ('/shop/a', 200),
                                 ('/shop/b', 404), ('/shop/_all_docs', 200)):
                got, _, body = server.request('HEAD', path)
                self.assertEqual((path, got, body), (path, status, b''))

    def test_longpoll(self):
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            answers = []
            for path in ('/shop/_changes?feed=longpoll&heartbeat=10000',
                         '/shop/_changes?feed=longpoll', '/shop/_changes?feed=continuous&limit=1'):
                for encoding in ('identity', 'gzip'):
                    thread = threading.Thread(target=self.wait_for_change,
                                              args=(server, path, encoding, answers))
                    thread.start()
                    self.addCleanup(thread.join)
            self.assertEqual(server.request('PUT', '/shop/a', {})[0], 201)
            for thread in threading.enumerate():
                if thread is not threading.current_thread():
                    thread.join(15)
            self.assertEqual(len(answers), 6)
            for body in answers:
                self.assertIn(b'"id":"a"', body)
                self.assertIn(b'"last_seq":"1-', body)

    def wait_for_change(self, server, path, encoding, answers):
        status, headers, body = server.request('GET', path, Accept_Encoding=encoding)
        self.assertEqual(status, 200)
        if headers['Content-Encoding'] == 'gzip':
            body = gzip.decompress(body)
        answers.append(body)

    def test_deaf_clients(self):
        """Clients that go away in mid-answer leave nothing behind that hurts."""
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            docs = [{'_id': f'{i:05}', 'text': 'x' * 1000} for i in range(5000)]
            server.request('POST', '/shop/_bulk_docs', {'docs': docs})
            for query in ('include_docs=true', 'feed=longpoll&since=now&heartbeat=1',
                          'feed=continuous&since=now'):
                for _ in range(20):
                    with socket.create_connection(('127.0.0.1', server.port), 20) as connection:
                        connection.sendall(f'GET /shop/_changes?{query} HTTP/1.1\r\n'
                                           f'Host: {server.host}\r\n\r\n'.encode())
                        connection.recv(100)
            self.assertEqual(server.request('PUT', '/shop/b', {})[0], 201)
            self.assertEqual(server.request('GET', '/shop')[0], 200)
            self.assertLess(server.peak(), 60 * MEGABYTE)

    def test_kept_connections(self):
        """A client that keeps its connection and goes leaves no connection behind."""
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            before = server.n_files()
            for i in range(100):
                connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=20)
                for path in ('/', '/shop', '/shop/_changes', '/none')[:i % 4 + 1]:
                    connection.request('GET', path)
                    connection.getresponse().read()
                connection.close()
            self.assertEqual(server.request('GET', '/', Connection='close')[0], 200)
            self.assertLess(server.n_files() - before, 5)

    def test_deleted_while_waiting(self):
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            with socket.create_connection(('127.0.0.1', server.port), 20) as connection:
                connection.sendall('GET /shop/_changes?feed=longpoll HTTP/1.1\r\n'
                                   f'Host: {server.host}\r\nConnection: close\r\n\r\n'.encode())
                got = connection.recv(10000)
                self.assertEqual(server.request('DELETE', '/shop')[0], 200)
                while piece := connection.recv(10000):
                    got += piece
                self.assertIn(b'"last_seq"', got)

    def test_one_connection(self):
        with Server(self.folder) as server:
            connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=20)
            for i in range(300):
                connection.request('PUT', '/shop' if i == 0 else f'/shop/{i}',
                                   None if i == 0 else b'{}', {'Content-Type': 'application/json'})
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, 201)
            connection.close()

    def test_connection_close(self):
        """Said by the client, it is said back, or a client in node waits on a dead connection."""
        with Server(self.folder) as server:
            got = server.raw(f'GET / HTTP/1.1\r\nHost: {server.host}\r\n'
                             'Connection: close\r\n\r\n'.encode())
            self.assertIn(b'\r\nconnection: close\r\n', got.lower())
            self.assertNotIn('close', (server.request('GET', '/')[1]['Connection'] or '').lower())

    def test_odd_addresses(self):
        """What is decoded once is not decoded twice."""
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            for path, key in (('a%2Fb', 'a/b'), ('a%3Fb%26c%3Dd', 'a?b&c=d'), ('100%25', '100%'),
                              ('%252F', '%2F'), ('a+b', 'a+b'), ('%E2%82%AC', '\u20ac')):
                self.assertEqual(server.request('PUT', '/shop/' + path, {})[0], 201)
                self.assertEqual(json.loads(server.request('GET', '/shop/' + path)[2])['_id'], key)
            for path in ('%00', '%FF', '%zz'):
                self.assertEqual(server.request('GET', '/shop/' + path)[0], 400, path)

    def test_waiting_when_told_to_end(self):
        with Server(self.folder) as server:
            server.request('PUT', '/shop')
            with socket.create_connection(('127.0.0.1', server.port), 20) as connection:
                connection.sendall('GET /shop/_changes?feed=continuous HTTP/1.1\r\n'
                                   f'Host: {server.host}\r\n\r\n'.encode())
                server.request('GET', '/shop')
                server.__exit__()
                self.assertEqual(server.status, 0)
                self.assertNotIn(b'last_seq', connection.recv(10000))


if __name__ == '__main__':
    unittest.main()
