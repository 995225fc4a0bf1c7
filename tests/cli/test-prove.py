#!/usr/bin/python3
# test-prove.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""`sync --verify` and `sync --compare`: what they claim, what they find, where it is said."""

import json
import sqlite3

import rig


class ProveTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')
        self.server.put('shop', *[{'_id': f'receipt:{n:03}', 'n': n} for n in range(120)])
        self.ok('--server', self.url, 'sync')

    def sync(self, *options, code=0):
        run = self.ok('sync', '--json', *options, code=code).json
        self.assert_run(run)
        return run

    def test_claims(self):
        self.assertEqual((self.sync()['grade'], self.sync()['proof']), ('checked', None))
        run = self.sync('--verify')
        self.assertEqual((run['grade'], run['proof']), ('verified', {'equal': 120, 'of': 120}))
        run = self.sync('--compare')
        self.assertEqual((run['grade'], run['proof']), ('compared', {'equal': 120, 'of': 120}))
        self.assertIn('Verified: 120 of 120 records are equal.', self.ok('sync', '--verify').out)
        self.assertIn('Compared: 120 of 120', self.ok('sync', '--compare').out)
        # Every command is a program of its own: what was proven is in the store.
        self.assertIn('120 of 120 records are equal', self.ok('status').out)
        reason = self.ok('status', '--json').json['reason']
        self.assertEqual((reason['arguments']['equal'], reason['arguments']['of']), ('120', '120'))

    def test_costs(self):
        """Verifying lists names, comparing reads everything."""
        verified = self.sync('--verify')
        compared = self.sync('--compare')
        self.assertLess(verified['requests'], 10)
        self.assertLess(verified['bytes']['down'], compared['bytes']['down'])

    def test_missed(self):
        """The checkpoint has passed what is not here: found, said, and mended by the next run."""
        self.server.put('shop', {'_id': 'receipt:new', 'n': 1})
        with sqlite3.connect(self.store) as db:
            since, = db.execute("SELECT since FROM checkpoint WHERE name = 'pull'").fetchone()
            number = int(json.loads(since).split('-')[0])
            db.execute("UPDATE checkpoint SET since = ? WHERE name = 'pull'",
                       (since.replace(f'"{number}-', f'"{number + 1}-'),))
        db.close()
        self.assertEqual(self.sync()['status'], 'success')
        self.assertEqual(self.cli('get', 'receipt:new').code, 4)

        answer = self.cli('sync', '--verify', '--json')
        self.assertNotEqual(answer.code, 0)
        self.assertEqual((answer.json['status'], answer.json['grade']), ('failed', 'none'))
        self.assertEqual([error['code'] for error in answer.json['errors']], ['unequal'])
        self.assertEqual(self.ok('status', '--json').json['state'], 'failed')

        self.assertEqual(self.sync('--verify')['proof'], {'equal': 121, 'of': 121})
        self.assertEqual(self.ok('get', 'receipt:new').code, 0)

    def test_waiting(self):
        self.ok('put', 'receipt:000', input='{"n":"mine"}')
        document = self.server.request('GET', '/shop/receipt:000')
        self.server.put('shop', dict(document, n='theirs'))
        run = self.sync('--verify')
        self.assertEqual((run['grade'], run['proof']), ('verified', {'equal': 119, 'of': 120}))


if __name__ == '__main__':
    rig.main()
