#!/usr/bin/python3
# test-run-options.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be asked of a single run, and what is then left alone."""

import json
import socket

import rig


class RunOptionsTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')

    def sync(self, *options, code=0):
        run = self.ok('--server', self.url, 'sync', '--json', *options, code=code).json
        self.assert_run(run)
        return run

    def pending(self):
        return [row['id'] for row in self.ok('pending', '--json').json['records']]

    def test_stop_after(self):
        self.ok('put', 'till:1', input='{"n":1}')
        run = self.sync('--stop-after', 'validate')
        self.assertEqual((run['status'], run['grade'], run['records']['pushed']),
                         ('success', 'none', 0))
        self.assertEqual(self.pending(), ['till:1'])
        self.assertEqual(self.ok('status', '--json').json['state'], 'pending')
        run = self.sync('--stop-after', 'execute')
        self.assertEqual((run['status'], run['grade'], run['records']['pushed']),
                         ('success', 'none', 1))
        # It is there, and nobody has proved anything yet.
        self.assertEqual(self.ok('status', '--json').json['state'], 'never-synced')
        self.assertEqual(self.sync()['grade'], 'checked')
        self.assertEqual(self.ok('status', '--json').json['state'], 'up-to-date')

    def test_only_some(self):
        for key in ('receipt:1', 'receipt:2', 'till:1', 'loose'):
            self.ok('put', key, input='{"n":1}')
        self.assertEqual(self.sync('--record', 'till:1')['records']['pushed'], 1)
        self.assertEqual(sorted(self.pending()), ['loose', 'receipt:1', 'receipt:2'])
        self.assertEqual(self.sync('--collection', 'receipt')['records']['pushed'], 2)
        # Under the database's name stand those without a collection of their own.
        self.assertEqual(self.sync('--collection', 'shop')['records']['pushed'], 1)
        self.assertEqual(self.pending(), [])

    def test_verify_only(self):
        self.ok('put', 'till:1', input='{"n":1}')
        self.sync()
        run = self.sync('--verify-only')
        self.assertEqual((run['operation'], run['grade'], run['proof']),
                         ('verify', 'verified', {'equal': 1, 'of': 1}))
        self.assertEqual(self.sync('--verify-only', '--compare')['grade'], 'compared')

        document = self.server.request('GET', '/shop/till:1')
        self.server.put('shop', dict(document, n=2))
        answer = self.cli('sync', '--verify-only')
        self.fails(answer.code, 'Both sides differ: 1 records', answer=answer)
        self.assertNotEqual(answer.code, 0)
        self.assertIn('till:1', answer.err)
        self.assertEqual(json.loads(self.ok('get', 'till:1').out)['n'], 1)
        self.sync()
        self.assertEqual(json.loads(self.ok('get', 'till:1').out)['n'], 2)

    def test_time_limit(self):
        """A server that takes the request and never says anything."""
        with socket.create_server(('127.0.0.1', 0)) as silent:
            url = f'http://127.0.0.1:{silent.getsockname()[1]}/shop'
            answer = self.cli('--server', url, 'sync', '--json', '--time-limit', '1')
        run = answer.json
        self.assert_run(run)
        self.assertEqual((answer.code, run['status']), (7, 'cancelled'), answer)
        self.assertEqual([error['code'] for error in run['errors']], ['time-limit'])
        self.assertIn('The time it was given is over', answer.err)

    def test_batches(self):
        """Each as large as was asked for; long ones are packed on the way."""
        self.ok('import', '-', input=self.lines(*({'_id': f'r:{n}', 'note': 'nothing new ' * 100}
                                                  for n in range(100))))
        run = self.sync('--batch-bytes', '20000')
        self.assertEqual(run['records']['pushed'], 100)
        self.assertGreater(run['requests'], 2 * 100 * 1200 // 20000)
        self.assertLess(run['bytes']['up'], 100 * 1200 // 2)

    def test_tries(self):
        with socket.create_server(('127.0.0.1', 0)) as gone:
            url = f'http://127.0.0.1:{gone.getsockname()[1]}/shop'
        one = self.cli('--server', url, 'sync', '--json', '--tries', '1').json
        self.assertEqual((one['requests'], one['retries']), (1, 0))
        four = self.cli('sync', '--json', '--tries', '4').json
        self.assertEqual((four['requests'], four['retries']), (4, 3))

    def test_nonsense(self):
        for options, words in (
                (('--stop-after', 'lunch'), '“lunch” is not one of'),
                (('--verify-only', '--adopt'), 'gives back what it lacks'),
                (('--verify', '--stop-after', 'execute'), 'proves nothing')):
            self.fails(4, words, answer=self.cli('--server', self.url, 'sync', *options))
        for options, words in (
                (('--time-limit', '-1'), 'must not be negative'),
                (('--plan', '--tries', '1'), '--plan')):
            self.fails(2, words, answer=self.cli('--server', self.url, 'sync', *options))
        self.assertEqual(self.ok('runs', '--json').json['runs'], [])


if __name__ == '__main__':
    rig.main()
