#!/usr/bin/python3
# test-bad-servers.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that are down, answer wrongly or do not answer as asked: a clear message, the exit code,
and a store that holds what it held; with a good server everything arrives."""

import base64
import json
import os

import rig

HTML = (200, {'Content-Type': 'text/html'}, b'<html><body>Please sign in to the WiFi</body></html>')
TRUNCATED = (200, rig.JSON, b'{"results":[{"seq":1,"id":"a","chan')
WRONG_TYPE = (200, {'Content-Type': 'application/octet-stream'}, b'\x00\x01\x02')
NOT_OURS = (200, rig.JSON, b'{"hello":"world"}')
NO_DATABASE = (404, rig.JSON, b'{"error":"not_found","reason":"Database does not exist."}')
FORBIDDEN = (403, rig.JSON, b'{"error":"forbidden","reason":"Not you."}')
BROKEN = (500, rig.JSON, b'{"error":"internal","reason":"Oh."}')
SIGN_IN = (401, dict(rig.JSON, **{'WWW-Authenticate': 'Basic realm="x"'}),
           b'{"error":"unauthorized","reason":"Name or password is incorrect."}')


class BadServersTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.ok('put', 'mine:1', input='{"n":1.0}')

    def held(self):
        """What the store holds, but for the runs."""
        status = self.ok('status', '--json').json
        return (self.ok('export').out, self.ok('records', '--json').json,
                {name: status[name] for name in ('records', 'pending', 'held', 'quarantined',
                                                 'conflicts', 'grade')})

    def fails_untouched(self, code, *words, url=None, **more):
        before = self.held()
        options = ['--server', url] if url else []
        answer = self.cli(*options, *more.pop('options', []), 'sync', '--json', **more)
        self.fails(code, *words, answer=answer)
        run = answer.json
        self.assert_run(run)
        self.assertEqual(run['status'], 'failed')
        self.assertTrue(run['errors'])
        self.assertIsNone(run['errors'][0]['record'])
        self.assertIn(run['errors'][0]['message'], answer.err)
        self.assertEqual(run['grade'], 'none')
        self.assertEqual(self.held(), before)
        self.assertEqual(self.ok('runs', '--json').json['runs'][0]['status'], 'failed')
        return answer

    def test_down(self):
        url = f'http://127.0.0.1:{rig.free_port()}/db'
        self.fails_untouched(6, 'does not answer', url=url)
        # Said once, it is known.
        self.fails_untouched(6, 'does not answer')
        self.assertEqual(self.ok('status', '--json').json['connection'], url)

    def test_unknown_host(self):
        self.fails_untouched(6, url='http://nowhere.invalid/db')

    def test_first_answer(self):
        for answer, code in ((HTML, 6), (TRUNCATED, 6), (WRONG_TYPE, 6), (NOT_OURS, 6),
                             (NO_DATABASE, 6), (FORBIDDEN, 5), (SIGN_IN, 5)):
            self.store = os.path.join(self.folder, f'{answer[0]}-{len(answer[2])}.tally')
            self.ok('put', 'mine:1', input='{"n":1.0}')
            server = rig.BadServer(self, lambda *_, answer=answer: answer)
            self.fails_untouched(code, url=server.url)
            if code == 5:
                # A wrong password is never tried again by itself: it may lock the account.
                self.assertEqual(len(server.asked), 1)

    def test_wrong_password(self):
        wanted = 'Basic ' + base64.b64encode('anna:gé heim'.encode()).decode()
        good = rig.TallyServer(self)
        target = good.create('db')
        proxy = rig.Proxy(self, target)

        def guarded(method, path, headers, body):
            if headers.get('Authorization') != wanted:
                return SIGN_IN
            return proxy.pass_on(method, path, headers, body)
        server = rig.BadServer(self, guarded)

        self.fails_untouched(5, '--password-file', url=server.url)
        self.fails_untouched(5, '--password-file', options=['--user', 'anna'],
                             env={'TALLY_PASSWORD': 'wrong'})
        path = os.path.join(self.folder, 'password')
        with open(path, 'w', encoding='utf-8') as handle:
            handle.write('gé heim\n')
        # In the URL it is split off; from a file and from the environment it is taken as it is.
        self.ok('--user', 'anna', '--password-file', path, 'sync')
        self.ok('sync', env={'TALLY_PASSWORD': 'gé heim'})
        with_name = server.url.replace('http://', 'http://anna@')
        self.ok('--server', with_name, 'sync', env={'TALLY_PASSWORD': 'gé heim'})
        self.assertEqual(self.ok('status', '--json').json['connection'], server.url)
        for name in os.listdir(self.folder):
            full = os.path.join(self.folder, name)
            if name.startswith('a.tally') and os.path.isfile(full):
                with open(full, 'rb') as handle:
                    self.assertNotIn('gé heim'.encode(), handle.read())

    def test_in_the_middle(self):
        """Each kind of request answered wrongly once the first ones were right."""
        good = rig.TallyServer(self)
        cases = [(place, wrong) for place in ('_changes', '_revs_diff', '_bulk_docs')
                 for wrong in (HTML, TRUNCATED, WRONG_TYPE)]
        for number, (place, wrong) in enumerate(cases):
            with self.subTest(place=place, wrong=wrong[2]):
                self.in_the_middle(good, f'db{number}', place, wrong)

    def in_the_middle(self, good, name, place, wrong):
        database = good.create(name)
        good.put(name, *[{'_id': f'theirs:{number}', 'n': number} for number in range(10)])
        bad_at = {place: wrong}
        proxy = rig.Proxy(self, database,
                          before=lambda method, path, body: bad_at.get(rig.endpoint(path)))
        self.store = os.path.join(self.folder, name + '.tally')
        self.ok('put', 'mine:1', input='{"n":1.0}')
        answer = self.cli('--server', proxy.url, 'sync', '--json')
        if not [path for _, path, _, _ in proxy.asked if place in path]:
            # Not every push asks what is missing first.
            self.assertEqual(place, '_revs_diff')
            return
        self.fails(6, answer=answer)
        self.assertEqual(answer.json['status'], 'failed')
        # The edit made here waits as it did.
        self.assertEqual(self.ok('status', '--json').json['pending'], 1)
        self.assertEqual(self.ok('get', 'mine:1').out, '{"_id":"mine:1","n":1.0}\n')
        bad_at.clear()
        self.ok('sync')
        status = self.ok('status', '--json').json
        self.assertEqual((status['pending'], status['records']), (0, 11))
        self.assertEqual(len(good.documents(name)), 11)

    def test_recreated(self):
        server = rig.TallyServer(self)
        url = server.create('db')
        server.put('db', {'_id': 'theirs:1', 'n': 1})
        self.ok('--server', url, 'sync')
        server.request('DELETE', '/db')
        server.create('db')
        self.ok('put', 'mine:2', input='{}')
        self.fails_untouched_but_grade(6)

    def fails_untouched_but_grade(self, code):
        before = self.ok('export').out
        answer = self.cli('sync', '--json')
        self.fails(code, answer=answer)
        self.assertEqual(self.ok('export').out, before)
        self.assertEqual(self.ok('status', '--json').json['pending'], 1)

    def test_other_server(self):
        """A store that was synced belongs to its database."""
        server = rig.TallyServer(self)
        url = server.create('db')
        other = server.create('other')
        self.ok('--server', url, 'sync')
        self.ok('--server', url, 'sync')
        self.fails(4, '--store', answer=self.cli('--server', other, 'sync'))
        self.assertEqual(self.ok('status', '--json').json['connection'], url)
        self.assertEqual(server.documents('other'), {})

    def test_retry(self):
        """A server that is busy once: tried again, counted, and done."""
        server = rig.TallyServer(self)
        busy = [(503, dict(rig.JSON, **{'Retry-After': '0'}), b'{"error":"busy","reason":"x"}')]
        proxy = rig.Proxy(self, server.create('db'),
                          before=lambda method, path, body: busy.pop() if busy else None)
        run = self.ok('--server', proxy.url, 'sync', '--json').json
        self.assertEqual(run['status'], 'success')
        self.assertGreaterEqual(run['retries'], 1)
        self.assertEqual(server.documents('db'), {'mine:1': {'_id': 'mine:1', 'n': 1.0}})

    def test_quarantined(self):
        """One record refused by the server: set aside with the reason, the others arrive."""
        server = rig.TallyServer(self)

        def before(method, path, body):
            if rig.endpoint(path) != '_bulk_docs':
                return None
            sent = json.loads(body)
            refused = [document for document in sent['docs'] if document['_id'] == 'mine:bad']
            sent['docs'] = [document for document in sent['docs'] if document['_id'] != 'mine:bad']
            server.request('POST', path, sent)
            return 201, rig.JSON, json.dumps([
                {'id': document['_id'], 'error': 'forbidden', 'reason': 'No bad ones.'}
                for document in refused]).encode()
        proxy = rig.Proxy(self, server.create('db'), before=before)
        self.ok('put', 'mine:bad', input='{"x":1}')
        answer = self.ok('--server', proxy.url, 'sync', '--json', code=1)
        self.assertEqual(answer.json['status'], 'partial')
        self.assertEqual(answer.json['records']['quarantined'], 1)
        self.assertEqual(answer.json['records']['pushed'], 1)
        self.assertIn('mine:bad', [error['record'] for error in answer.json['errors']])
        self.assertIn('No bad ones.', answer.err)
        status = self.ok('status', '--json').json
        self.assertEqual((status['pending'], status['quarantined']), (0, 1))
        self.assertEqual([row['id'] for row in
                          self.ok('records', '--problems', '--json').json['records']], ['mine:bad'])
        self.assertIn('No bad ones.', self.ok('why', 'mine:bad').out)
        self.assertIn('Set aside', self.ok('status').out)

    def test_failed(self):
        """One document that can't be taken in: named, the others arrive."""
        server = rig.TallyServer(self)
        url = server.create('db')
        server.put('db', {'_id': 'theirs:good', 'n': 1}, {'_id': 'theirs:bad', 'n': 2})

        def after(method, path, body, answer):
            status, headers, content = answer
            if rig.endpoint(path) in ('_changes', '_bulk_get'):
                content = content.replace(b'"n":2', b'"n":2,"n":3')
            return status, headers, content
        proxy = rig.Proxy(self, url, after=after)
        answer = self.ok('--server', proxy.url, 'sync', '--json', code=1)
        self.assertEqual(answer.json['status'], 'partial')
        self.assertEqual(answer.json['records']['failed'], 1)
        self.assertEqual(answer.json['errors'][0]['record'], 'theirs:bad')
        self.assertIn('theirs:good', self.ok('export').out)


if __name__ == '__main__':
    rig.main()
