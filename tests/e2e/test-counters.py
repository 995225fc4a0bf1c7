#!/usr/bin/python3
# test-counters.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every counter of `sync --json` is made to count; `status` and `runs` repeat what it counted."""

import json
import re

import e2e


class TestCounters(e2e.E2eTest):

    def setUp(self):
        super().setUp()
        self.start_server()
        self.a, self.b = self.device('a'), self.device('b')

    def counts(self, run):
        return {name: count for name, count in run['records'].items() if count}

    def test_records(self):
        """pulled, pushed, deleted, unchanged, and a run that has nothing to do."""
        for number in range(10):
            self.a.put(f'r{number}', {'n': number})
        run = self.a.sync()
        self.assertEqual(self.counts(run), {'pushed': 10})
        self.assertEqual(run['operation'], 'full')
        self.assertEqual(run['trigger'], 'manual')
        self.assertGreater(run['bytes']['up'], 0)
        self.assertGreater(run['bytes']['down'], 0)
        self.assertGreater(run['requests'], 0)
        self.assertEqual(run['retries'], 0)
        self.assertEqual([phase['phase'] for phase in run['phases']],
                         ['validate', 'prepare', 'execute', 'verify'])

        self.assertEqual(self.counts(self.b.sync()), {'pulled': 10})
        self.b.put('r0', {'n': 'b'})
        self.b.delete('r1')
        self.assertEqual(self.counts(self.b.sync()), {'pushed': 2, 'deleted': 1})
        self.assertEqual(self.counts(self.a.sync()), {'pulled': 2, 'deleted': 1})
        self.assertEqual(self.counts(self.a.sync()), {})

        run = self.b.sync('--full')
        self.assertEqual(run['operation'], 'full')
        self.assertEqual(self.counts(run), {'unchanged': 10})
        self.assert_agreed(self.a, self.b)

    def test_conflicts(self):
        """held, detected, auto_resolved, needs_user; they go down again."""
        for key in ('x', 'y'):
            self.a.put(key, {'p': 0, 'q': 0})
        e2e.settle_down(self.a, self.b)
        self.a.put('x', {'p': 1, 'q': 0})
        self.b.put('x', {'p': 0, 'q': 1})
        self.a.put('y', {'p': 1, 'q': 0})
        self.b.put('y', {'p': 2, 'q': 0})
        self.a.sync()
        run = self.b.sync()
        self.assertEqual(run['conflicts'], {'detected': 2, 'auto_resolved': 1, 'needs_user': 1})
        self.assertEqual(run['records']['held'], 1)
        status = self.b.status()
        self.assertEqual((status['held'], status['conflicts']), (1, 1))
        self.assertEqual(status['state'], 'conflicts')
        self.b.resolve('y', '--take', 'local')
        run = self.b.sync()
        self.assertEqual(run['conflicts'], {'detected': 0, 'auto_resolved': 0, 'needs_user': 0})
        self.assertEqual(run['records']['held'], 0)
        self.a.sync()
        self.assert_agreed(self.a, self.b)

    def test_quarantined(self):
        """What the server will not have stands aside alone; an edit brings it back."""
        def refuse(method, path, body):
            if not path.endswith('/_bulk_docs') or b'"refuse":true' not in body:
                return None
            return (413, {'Content-Type': 'application/json'},
                    b'{"error":"document_too_large","reason":"large"}')

        self.a = self.device('refused', e2e.Forwarder(self, self.server.root, refuse).url + '/db')
        self.a.put('large', {'refuse': True})
        self.a.put('small', {'n': 1})
        run = self.a.sync(code=1)
        self.assertEqual(run['status'], 'partial')
        self.assertEqual(self.counts(run), {'pushed': 1, 'quarantined': 1})
        self.assertEqual([error['record'] for error in run['errors']], ['large'])
        self.assertTrue(run['errors'][0]['message'])
        self.assertEqual(self.a.status()['quarantined'], 1)
        problems = self.a.cli('records', '--problems', '--json').json['records']
        self.assertEqual([(row['id'], row['state']) for row in problems],
                         [('large', 'quarantined')])

        # Nothing new is tried, nothing is reported twice.
        self.assertEqual(self.counts(self.a.sync()), {})
        self.a.put('large', {'n': 2})
        self.assertEqual(self.counts(self.a.sync()), {'pushed': 1})
        self.b.sync()
        self.assert_agreed(self.a, self.b)

    def test_failed(self):
        """What the server shows and nobody may take: a member named twice."""
        def bend(method, path, body):
            if not bending or not re.search('/_(changes|bulk_get)', path):
                return None
            status, text = e2e.request(method, self.server.root + path, body.decode() or None)
            return (status, {'Content-Type': 'application/json'},
                    text.replace('"bent":1', '"bent":1,"bent":2').encode())

        for key in ('a', 'b', 'c'):
            e2e.request('POST', self.url, {'_id': key, 'bent' if key == 'b' else 'fine': 1})
        bending = True
        c = self.device('c', e2e.Forwarder(self, self.server.root, bend).url + '/db')
        run = c.sync(code=1)
        self.assertEqual(run['status'], 'partial')
        self.assertEqual(self.counts(run), {'pulled': 2, 'failed': 1})
        self.assertEqual([error['record'] for error in run['errors']], ['b'])
        self.assertIsNone(c.get('b'))
        self.assertEqual(c.get('c'), {'fine': 1})

        bending = False
        c.sync('--full')
        self.assertEqual(c.get('b'), {'bent': 1})
        self.assert_agreed(c)
        self.assertEqual(c.cli('records', '--problems', '--json').json['records'], [])

    def test_retries(self):
        """A server that is busy for a moment is asked again, within the same run."""
        def busy(method, path, body):
            if path in seen or not re.search('/_(changes|bulk_docs|revs_diff)', path):
                return None
            seen.add(path)
            return 503, {'Content-Type': 'application/json'}, b'{"error":"busy"}'

        seen = set()
        self.a.put('here', {'n': 1})
        e2e.request('POST', self.url, {'_id': 'there', 'n': 2})
        c = self.device('c', e2e.Forwarder(self, self.server.root, busy).url + '/db')
        c.put('here too', {'n': 3})
        run = c.sync()
        self.assertEqual(run['status'], 'success')
        self.assertGreaterEqual(run['retries'], 3)
        self.assertGreater(run['requests'], run['retries'])
        e2e.settle_down(self.a, c)
        self.assert_agreed(self.a, c)

    def test_answer_lost(self):
        """The server took it and the answer never came: sent again, stored once."""
        def lose(method, path, body):
            if not path.endswith('/_bulk_docs') or lost:
                return None
            lost.append(e2e.request(method, self.server.root + path, body.decode()))
            raise OSError

        lost = []
        c = self.device('c', e2e.Forwarder(self, self.server.root, lose).url + '/db')
        for number in range(5):
            c.put(f'r{number}', {'n': number})
        run = c.sync()
        self.assertEqual(lost[0][0], 201)
        self.assertGreaterEqual(run['retries'], 1)
        self.assertEqual(self.counts(run), {'pushed': 5})
        c.put('r0', {'n': 'again'})
        self.assertEqual(self.counts(c.sync()), {'pushed': 1})
        self.assert_agreed(c)
        self.assertEqual(len(e2e.leaves(self.url, 'r0')[0]), 1)

    def test_totals(self):
        """The runs add up to what the server took; `runs` and `status` repeat them."""
        for number in range(4):
            self.a.put(f'r{number}', {'n': number})
            self.a.sync()
        runs = self.a.cli('runs', '--json').json['runs']
        self.assertEqual(runs, self.a.runs[::-1])
        self.assertEqual(self.a.status()['last_run'], self.a.runs[-1])
        self.assertEqual([run['run'] for run in self.a.runs], [1, 2, 3, 4])
        self.assertEqual(sum(run['records']['pushed'] for run in runs),
                         json.loads(e2e.request('GET', self.url)[1])['doc_count'])
        for run in runs:
            self.assertLessEqual(run['started'], run['ended'])


if __name__ == '__main__':
    e2e.main()
