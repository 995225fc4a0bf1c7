#!/usr/bin/python3
# test-sync.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main job by hand: two devices and tallystick-server, with --store only: no agent, no session
bus. What arrives, what merges, what waits for a person, and how it is settled."""

import json
import os

import rig
from importlib import import_module

store_rig = import_module('test-store')


class SyncTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')
        self.other = os.path.join(self.folder, 'b.tally')

    def sync(self, store=None, code=0, first=False):
        options = ['--server', self.url] if first else []
        answer = self.ok(*options, 'sync', '--json', store=store, code=code)
        self.assert_run(answer.json)
        return answer.json

    def both(self):
        """Until neither has anything left to say."""
        for store in (self.store, self.other, self.store):
            self.sync(store)

    def start(self, *documents):
        """The same records on both devices and the server."""
        self.server.put('shop', *documents)
        self.sync(first=True)
        self.sync(self.other, first=True)

    def put(self, key, body, store=None):
        self.ok('put', key, input=json.dumps(body), store=store)

    def assert_agreed(self):
        exports = [self.ok('export', store=store).out for store in (self.store, self.other)]
        self.assertEqual(exports[0], exports[1])
        documents = [json.loads(line) for line in exports[0].splitlines()]
        self.assertEqual({document['_id']: document for document in documents},
                         self.server.documents('shop'))
        for store in (self.store, self.other):
            status = self.ok('status', '--json', store=store).json
            self.assertEqual((status['pending'], status['conflicts'], status['held']), (0, 0, 0))
            self.assertEqual(status['grade'], 'checked')
        return {document['_id']: document for document in documents}

    def test_there_and_back(self):
        self.server.put('shop', *[{'_id': f'till:{n}', 'n': n} for n in range(1200)])
        run = self.sync(first=True)
        self.assertEqual(run['status'], 'success')
        self.assertEqual(run['records']['pulled'], 1200)
        self.assertEqual(run['trigger'], 'manual')
        self.assertEqual(run['grade'], 'checked')
        self.assertEqual([phase['phase'] for phase in run['phases']],
                         ['validate', 'prepare', 'execute', 'verify'])
        self.assertGreater(run['bytes']['down'], run['bytes']['up'])
        self.assertGreater(run['bytes']['up'], 0)
        self.assertGreater(run['requests'], 2)

        self.put('till:5', {'n': 'five'})
        self.put('till:new', {'n': -1})
        self.ok('delete', 'till:7')
        run = self.sync()
        self.assertEqual(run['records']['pushed'], 3)
        self.sync(self.other, first=True)
        # Deleted there as well by whoever had it.
        self.ok('delete', 'till:9', store=self.other)
        self.sync(self.other)
        run = self.sync()
        self.assertEqual(run['records']['deleted'], 1)
        agreed = self.assert_agreed()
        self.assertEqual(len(agreed), 1199)
        self.assertEqual(agreed['till:5']['n'], 'five')

        # The database, our mark on it, the list: that is all it takes to know that nothing is new.
        self.assertLessEqual(self.sync()['requests'], 3)

        # Read everything again: nothing is new, all of it is looked at.
        run = self.ok('sync', '--full', '--json').json
        self.assertEqual(run['operation'], 'full')
        self.assertGreater(run['records']['unchanged'], 1000)
        self.assertEqual(run['records']['pulled'], 0)

        runs = self.ok('runs', '--json').json['runs']
        self.assertEqual([one['run'] for one in runs], sorted((one['run'] for one in runs),
                                                              reverse=True))
        self.assertEqual(runs[0], self.ok('status', '--json').json['last_run'])
        self.assertEqual(runs[0], run)
        self.assertEqual(len(self.ok('runs', '--limit', '2', '--json').json['runs']), 2)
        self.assertEqual(self.ok('connections', '--json').json['connections'][0]['url'], self.url)

    def test_pull_only(self):
        """What waits here goes on waiting, what is new there comes."""
        self.server.put('shop', {'_id': 'till:1', 'n': 1})
        self.sync(first=True)
        self.put('till:2', {'n': 2})
        self.server.put('shop', {'_id': 'till:3', 'n': 3})
        run = self.ok('sync', '--pull-only', '--json').json
        self.assertEqual((run['records']['pulled'], run['records']['pushed']), (1, 0))
        self.assertNotIn('till:2', self.server.documents('shop'))
        status = self.ok('status', '--json').json
        self.assertEqual((status['state'], status['pending']), ('pending', 1))
        self.fails(4, 'leave one of them out', answer=self.cli('sync', '--pull-only', '--adopt'))
        self.fails(2, '--plan', answer=self.cli('sync', '--pull-only', '--plan'))
        self.sync()
        self.assertIn('till:2', self.server.documents('shop'))

    def test_odd_bodies(self):
        """Byte for byte through the server."""
        keys = sorted(store_rig.ODD_BODIES, key=str.encode)
        whole = ''.join(store_rig.line_of(key, store_rig.ODD_BODIES[key]) for key in keys)
        self.ok('import', '-', input=whole)
        self.sync(first=True)
        self.sync(self.other, first=True)
        self.assertEqual(self.ok('export', store=self.other).out, whole)
        self.assertEqual(self.ok('export').out, whole)

    def test_merge(self):
        """Different members on each side: nobody is asked."""
        self.start({'_id': 'receipt:1', 'total': 1, 'note': 'a'})
        self.put('receipt:1', {'total': 2, 'note': 'a'})
        self.put('receipt:1', {'total': 1, 'note': 'b'}, store=self.other)
        self.sync(self.other)
        run = self.sync()
        self.assertEqual(run['conflicts']['detected'], 1)
        self.assertEqual(run['conflicts']['auto_resolved'], 1)
        self.assertEqual(run['conflicts']['needs_user'], 0)
        self.both()
        self.assertEqual(self.assert_agreed()['receipt:1'],
                         {'_id': 'receipt:1', 'total': 2, 'note': 'b'})

    def make_conflict(self):
        self.start({'_id': 'receipt:1', 'total': 1, 'note': 'a', 'x': 0, 'same': True})
        self.put('receipt:1', {'total': 2, 'note': 'mine', 'x': 1, 'same': True})
        self.put('receipt:1', {'total': 3, 'note': 'theirs', 'x': 2, 'same': True}, self.other)
        self.sync(self.other)
        return self.sync()

    def test_conflict(self):
        run = self.make_conflict()
        self.assertEqual(run['status'], 'success')
        self.assertEqual(run['conflicts'], {'detected': 1, 'auto_resolved': 0, 'needs_user': 1})
        self.assertEqual(run['records']['held'], 1)
        status = self.ok('status', '--json').json
        self.assertEqual((status['state'], status['conflicts'], status['held'], status['pending']),
                         ('conflicts', 1, 1, 0))

        conflict, = self.ok('conflicts', '--json').json['conflicts']
        self.assertEqual(list(conflict), ['id', 'collection', 'kind', 'fields', 'base', 'local',
                                          'server'])
        self.assertEqual((conflict['id'], conflict['collection'], conflict['kind']),
                         ('receipt:1', 'receipt', 'edit'))
        fields = {field['pointer']: field for field in conflict['fields']}
        self.assertEqual(fields['/total'], {'pointer': '/total', 'before': 1, 'local': 2, 'server': 3})
        self.assertEqual(set(fields), {'/total', '/note', '/x'})
        self.assertEqual(conflict['base'], {'total': 1, 'note': 'a', 'x': 0, 'same': True})
        self.assertEqual(conflict['local']['note'], 'mine')
        self.assertEqual(conflict['server']['note'], 'theirs')
        self.assertEqual(self.ok('conflicts', 'receipt:1', '--json').json['conflicts'], [conflict])
        self.assertIn('This computer', self.ok('conflicts').out)
        self.assertEqual([row['id'] for row in
                          self.ok('records', '--problems', '--json').json['records']], ['receipt:1'])
        # What it is held for.
        self.assertIn('here and on the server', self.ok('why', 'receipt:1').out)

        # Not before each field is decided.
        before = self.ok('export').out
        self.fails(4, '/', answer=self.cli('resolve', 'receipt:1', '--field', '/total=server'))
        self.assertEqual(self.ok('export').out, before)
        self.ok('resolve', 'receipt:1', '--field', '/total=server', '--field', '/note=local',
                '--value', '/x={"y":"="}')
        self.assertEqual(self.ok('conflicts', '--json').json['conflicts'], [])
        self.assertEqual(self.ok('get', '--json', 'receipt:1').json['document'],
                         {'_id': 'receipt:1', 'total': 3, 'note': 'mine', 'x': {'y': '='},
                          'same': True})
        self.both()
        self.assertEqual(self.assert_agreed()['receipt:1']['note'], 'mine')

    def test_take(self):
        for side, note in (('base', 'a'), ('local', 'mine'), ('server', 'theirs')):
            self.server.request('DELETE', '/shop')
            self.server.create('shop')
            self.store = os.path.join(self.folder, side + '.tally')
            self.other = os.path.join(self.folder, side + '-2.tally')
            self.make_conflict()
            self.ok('resolve', 'receipt:1', '--take', side)
            self.both()
            self.assertEqual(self.assert_agreed()['receipt:1']['note'], note)

    def test_deletion(self):
        """Edited here, deleted there."""
        for side, remains in (('local', True), ('server', False)):
            key = 'receipt:' + side
            if side == 'local':
                self.start({'_id': key, 'n': 1})
            else:
                self.server.put('shop', {'_id': key, 'n': 1})
                self.both()
            self.put(key, {'n': 2})
            self.ok('delete', key, store=self.other)
            self.sync(self.other)
            self.assertEqual(self.sync()['conflicts']['needs_user'], 1)
            conflict, = self.ok('conflicts', '--json').json['conflicts']
            self.assertEqual(conflict['kind'], 'delete')
            self.assertIsNone(conflict['server'])
            self.assertEqual(conflict['local'], {'n': 2})
            self.assertIn('--take', self.ok('conflicts').out)
            self.ok('resolve', key, '--take', side)
            self.both()
            self.assertEqual(key in self.assert_agreed(), remains)

    def test_fork(self):
        """Two live versions on the server, made by somebody else."""
        self.start({'_id': 'receipt:0', 'n': 0})
        forks = [{'_id': 'receipt:f', '_rev': '1-' + digit * 32, 'n': number}
                 for digit, number in (('a', 1), ('b', 2))]
        self.server.request('POST', '/shop/_bulk_docs', {'docs': forks, 'new_edits': False})
        self.sync()
        conflict, = self.ok('conflicts', '--json').json['conflicts']
        self.assertEqual(conflict['kind'], 'fork')
        self.assertEqual([version['rev'] for version in conflict['versions']],
                         ['1-' + 'b' * 32, '1-' + 'a' * 32])
        self.assertIn('Version 2', self.ok('conflicts').out)
        self.fails(4, '7', answer=self.cli('resolve', 'receipt:f', '--take', '7'))
        self.ok('resolve', 'receipt:f', '--take', '2')
        self.sync()
        self.sync(self.other)
        self.assertEqual(self.assert_agreed()['receipt:f']['n'], 1)
        leaves = self.server.request('GET', '/shop/receipt%3Af?conflicts=true')
        self.assertNotIn('_conflicts', leaves)

    def test_beside(self):
        """Another tallyctl on the same store while one is at work: it waits for its turn."""
        self.start({'_id': 'a', 'n': 1})
        first = rig.Process(self, [rig.TALLYCTL, '--store', self.store, 'sync', '--json'])
        self.assertEqual(self.ok('get', 'a').out, '{"_id":"a","n":1}\n')
        first.process.wait(rig.PATIENCE_S)
        self.assertEqual(first.process.returncode, 0)

    def test_texts(self):
        self.put('a', {'n': 1})
        text = self.ok('--server', self.url, 'sync').out
        self.assertIn('1 sent', text)
        self.assertNotIn('\r', text)
        self.assertIn('nothing changed', self.ok('sync').out)
        self.assertIn(self.url, self.ok('status').out)
        self.assertIn('1 sent', self.ok('runs').out)
        self.assertIn(self.url, self.ok('connections').out)


if __name__ == '__main__':
    rig.main()
