#!/usr/bin/python3
# test-adopt.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""A database that was deleted and made anew, or put back to an older copy: sync stops before it
touches anything, `sync --adopt` gives back what the database lacks, and all devices agree again."""

import json
import os
import shutil

import rig


class AdoptTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')
        self.other = os.path.join(self.folder, 'b.tally')

    def put(self, key, body, store=None):
        self.ok('put', key, input=json.dumps(body), store=store)

    def begin(self):
        """Records of the server and of both devices, one of them deleted, everywhere the same."""
        self.server.put('shop', *[{'_id': f'till:{n}', 'n': n} for n in range(300)])
        self.ok('--server', self.url, 'sync')
        self.ok('--server', self.url, 'sync', store=self.other)
        self.put('mine:1', {'price': 12.5})
        self.put('theirs:1', {'price': 1}, self.other)
        self.ok('delete', 'till:7')
        self.settle()

    def settle(self):
        for store in (self.store, self.other, self.store):
            self.ok('sync', store=store)
        return self.agreed()

    def agreed(self):
        """What both devices and the server have; nothing waits, nothing is in conflict."""
        exports = [self.ok('export', store=store).out for store in (self.store, self.other)]
        self.assertEqual(exports[0], exports[1])
        documents = {document['_id']: document for document in
                     map(json.loads, exports[0].splitlines())}
        self.assertEqual(documents, self.server.documents('shop'))
        for store in (self.store, self.other):
            status = self.ok('status', '--json', store=store).json
            self.assertEqual((status['pending'], status['conflicts'], status['held'],
                              status['quarantined']), (0, 0, 0, 0))
            self.assertEqual((status['state'], status['grade']), ('up-to-date', 'checked'))
        return documents

    def assert_stopped(self, store=None):
        """Exit code 6, what to do next, and neither store nor server touched."""
        there = self.server.documents('shop')
        here = self.ok('export', store=store).out
        pending = self.ok('status', '--json', store=store).json['pending']
        answer = self.fails(6, 'tallyctl sync --adopt', answer=self.cli('sync', '--json',
                                                                        store=store))
        self.assert_run(answer.json)
        self.assertEqual((answer.json['status'], answer.json['grade']), ('failed', 'none'))
        self.assertEqual([error['code'] for error in answer.json['errors']], ['recreated'])
        self.assertEqual(self.ok('export', store=store).out, here)
        self.assertEqual(self.server.documents('shop'), there)
        status = self.ok('status', '--json', store=store).json
        self.assertEqual((status['state'], status['pending']), ('failed', pending))

    def adopt(self, store=None):
        self.assert_stopped(store)
        run = self.ok('sync', '--adopt', '--json', store=store).json
        self.assert_run(run)
        self.assertEqual((run['status'], run['operation'], run['grade']),
                         ('success', 'full', 'checked'))
        return run

    def adopt_both(self):
        self.adopt()
        self.adopt(self.other)
        return self.settle()

    def test_recreated(self):
        self.begin()
        before = self.agreed()
        self.server.request('DELETE', '/shop')
        self.server.create('shop')
        self.put('mine:2', {'made': 'meanwhile'})
        self.put('till:5', {'n': 'five'}, self.other)
        self.ok('delete', 'till:9', store=self.other)
        self.server.put('shop', {'_id': 'new:1'})

        after = self.adopt_both()
        del before['till:9']
        before['till:5']['n'] = 'five'
        before['mine:2'] = {'_id': 'mine:2', 'made': 'meanwhile'}
        before['new:1'] = {'_id': 'new:1'}
        self.assertEqual(after, before)

        # Who comes anew finds it all, the deletions too.
        third = os.path.join(self.folder, 'c.tally')
        self.ok('--server', self.url, 'sync', store=third)
        self.assertEqual(self.ok('export', store=third).out, self.ok('export').out)

    def restart(self, folder):
        """The server is stopped, and goes on with a folder like @folder."""
        self.server.stop()
        shutil.rmtree(self.server.folder)
        shutil.copytree(folder, self.server.folder)
        self.server = rig.TallyServer(self, self.server.folder, self.server.port)

    def test_restored(self):
        self.begin()
        self.server.stop()
        backup = os.path.join(self.folder, 'backup')
        shutil.copytree(self.server.folder, backup)
        self.server = rig.TallyServer(self, self.server.folder, self.server.port)

        # Of all of this the backup knows nothing.
        self.put('till:1', {'n': 'one'})
        self.put('till:2', {'n': 'two'}, self.other)
        self.ok('delete', 'till:3')
        self.ok('delete', 'till:4', store=self.other)
        self.put('mine:2', {'x': 1})
        self.put('theirs:2', {'x': 2}, self.other)
        before = self.settle()

        self.restart(backup)
        self.assertEqual(self.server.documents('shop')['till:1']['n'], 1)
        self.put('till:5', {'n': 'five'})
        after = self.adopt_both()
        before['till:5']['n'] = 'five'
        self.assertEqual(after, before)
        self.assertNotIn('till:3', after)
        self.assertNotIn('till:4', after)

    def test_fork(self):
        """Both sides of an open conflict are there again, and can be settled."""
        self.begin()
        self.put('till:1', {'n': 'here'})
        self.put('till:1', {'n': 'there'}, self.other)
        self.ok('sync', store=self.other)
        self.ok('sync')
        self.server.request('DELETE', '/shop')
        self.server.create('shop')
        self.adopt()
        self.assertEqual(self.ok('status', '--json').json['conflicts'], 1)
        self.ok('resolve', 'till:1', '--take', 'local')
        self.ok('sync')
        self.adopt(self.other)
        self.assertEqual(self.settle()['till:1'], {'_id': 'till:1', 'n': 'here'})

    def test_without_need(self):
        """The database is the one that is known: everything is read again, and nothing changes."""
        self.begin()
        before = self.agreed()
        run = self.ok('sync', '--adopt', '--json').json
        self.assertEqual((run['status'], run['operation']), ('success', 'full'))
        self.assertEqual((run['records']['pulled'], run['records']['pushed']), (0, 0))
        self.assertGreater(run['records']['unchanged'], 300)
        self.ok('sync', store=self.other)
        self.assertEqual(self.agreed(), before)

    def test_refused(self):
        """The database does not take one of the records: all of it fails, and can be repeated."""
        def before(method, path, body):
            if not refusing or rig.endpoint(path) != '_bulk_docs':
                return None
            return 201, rig.JSON, b'[{"id":"a:1","error":"forbidden","reason":"Not that one."}]'

        refusing = False
        proxy = rig.Proxy(self, self.url, before=before)
        self.put('a:1', {'n': 1})
        self.put('a:2', {'n': 2})
        self.ok('--server', proxy.url, 'sync')
        self.server.request('DELETE', '/shop')
        self.server.create('shop')
        self.assert_stopped()

        refusing = True
        answer = self.cli('sync', '--adopt', '--json')
        self.fails(9, 'a:1', 'Not that one.', answer=answer)
        self.assertEqual(answer.json['status'], 'failed')
        self.assertEqual(len(self.ok('export').out.splitlines()), 2)
        refusing = False
        self.assert_stopped()
        self.ok('sync', '--adopt')
        self.assertEqual(sorted(self.server.documents('shop')), ['a:1', 'a:2'])

    def test_texts(self):
        self.assertIn('--adopt', self.run_cli('sync', '--help').out)
        self.assertEqual(self.cli('status', '--adopt').code, 2)


if __name__ == '__main__':
    rig.main()
