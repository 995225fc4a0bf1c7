#!/usr/bin/python3
# test-guard.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Too many deletions at once, on either side, wait for a word from the terminal; the rest goes on."""

import json
import os

import rig

N_RECORDS = 40
N_MANY = 12


class GuardTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')
        self.other = os.path.join(self.folder, 'b.tally')
        self.server.put('shop', *[{'_id': f'receipt:{n:02}', 'n': n} for n in range(N_RECORDS)])
        self.ok('--server', self.url, 'sync')
        self.ok('--server', self.url, 'sync', store=self.other)

    def delete(self, store, n=N_MANY):
        lines = []
        for number in range(n):
            answer = self.ok('get', '--json', f'receipt:{number:02}', store=store).json
            lines.append({'_id': answer['id'], '_rev': answer['rev'], '_deleted': True})
        self.ok('import', '-', input=self.lines(*lines), store=store)

    def delete_there(self):
        """By the other device, whose people meant it."""
        self.delete(self.other)
        self.ok('sync', store=self.other, code=1)
        self.ok('guard', 'receipt', '--confirm', str(N_MANY), store=self.other)
        self.ok('sync', store=self.other)
        self.assertEqual(len(self.server.documents('shop')), N_RECORDS - N_MANY)

    def questions(self, store=None):
        return self.ok('guard', '--json', store=store).json['questions']

    def status(self, store=None):
        return self.ok('status', '--json', store=store).json

    def n_here(self, store=None):
        return len(self.ok('export', store=store).out.splitlines())

    def test_nothing_to_ask(self):
        self.assertEqual(self.questions(), [])
        self.assertIn('nothing to confirm', self.ok('guard').out)
        self.fails(4, 'tallyctl guard', answer=self.cli('guard', 'receipt', '--keep'))
        self.fails(2, '--keep', answer=self.cli('guard', 'receipt'))
        self.fails(2, '--keep', answer=self.cli('guard', '--keep'))
        self.fails(2, '--keep', answer=self.cli('guard', 'receipt', '--keep', '--confirm', '3'))

    def test_rule(self):
        self.assertIn('20 %', self.ok('guard').out)
        self.ok('guard', '--share', '40')
        self.ok('guard', '--least', '5')
        answer = self.ok('guard', '--json').json
        self.assertEqual((answer['share'], answer['least']), (40, 5))
        for wrong in (('--share', '0'), ('--share', '101'), ('--share', '-7'), ('--least', '0'),
                      ('--least', '1000001')):
            self.fails(4, '1 to 100 percent', answer=self.cli('guard', *wrong))
        self.fails(2, 'alone', answer=self.cli('guard', 'receipt', '--keep', '--share', '30'))
        self.assertEqual(self.ok('guard', '--json').json, answer)

        # 30 % go through unasked now, and with 100 everything does.
        self.delete_there()
        self.ok('sync')
        self.assertEqual(self.n_here(), N_RECORDS - N_MANY)
        self.assertIn('Nothing is asked', self.ok('guard', '--share', '100').out)

    def test_deleted_there(self):
        self.delete_there()
        self.ok('put', 'receipt:39', input='{"n":"edited"}')
        answer = self.ok('sync', code=1)
        self.assertIn('12 records need your word: tallyctl guard', answer.out)
        run = self.ok('sync', '--json', code=1).json
        self.assert_run(run)
        self.assertEqual((run['status'], run['records']['guarded']), ('partial', N_MANY))
        self.assertEqual(self.n_here(), N_RECORDS)
        self.assertEqual(self.server.documents('shop')['receipt:39']['n'], 'edited')

        status = self.status()
        self.assertEqual((status['state'], status['guarded'], status['pending']),
                         ('guarded', N_MANY, 0))
        self.assertEqual(status['reason']['code'], 'guard-server')
        words = self.ok('status').out
        self.assertIn('Nothing was deleted here', words)
        self.assertIn('tallyctl guard', words)

        question, = self.questions()
        self.assertEqual((question['collection'], question['side'], question['records'],
                          question['total']), ('receipt', 'server', N_MANY, N_RECORDS))
        shown = self.ok('guard', 'receipt', '--list').out.splitlines()
        self.assertEqual([json.loads(line)['_id'] for line in shown],
                         [f'receipt:{n:02}' for n in range(N_MANY)])
        why = self.ok('why', 'receipt:00').out
        self.assertIn('Unusually many', why)

    def test_confirmed(self):
        self.delete_there()
        self.ok('sync', code=1)
        self.fails(4, '12', answer=self.cli('guard', 'receipt', '--confirm', '11'))
        self.assertEqual(self.n_here(), N_RECORDS)
        self.ok('guard', 'receipt', '--confirm', str(N_MANY))
        self.ok('sync')
        self.assertEqual(self.n_here(), N_RECORDS - N_MANY)
        self.assertEqual(self.status()['state'], 'up-to-date')

    def test_kept(self):
        self.delete_there()
        self.ok('sync', code=1)
        self.ok('guard', 'receipt', '--keep')
        self.assertEqual(self.status()['pending'], N_MANY)
        self.ok('sync')
        self.assertEqual(len(self.server.documents('shop')), N_RECORDS)
        self.ok('sync', store=self.other)
        self.assertEqual(self.n_here(self.other), N_RECORDS)

    def test_deleted_here(self):
        self.delete(self.store)
        run = self.ok('sync', '--json', code=1).json
        self.assertEqual((run['records']['guarded'], run['records']['pushed']), (N_MANY, 0))
        self.assertEqual(len(self.server.documents('shop')), N_RECORDS)
        question, = self.questions()
        self.assertEqual((question['side'], question['records']), ('local', N_MANY))
        self.assertEqual(self.status()['reason']['code'], 'guard-local')
        self.fails(4, 'receipt', answer=self.cli('guard', 'receipt', '--side', 'server', '--keep'))

        self.ok('guard', 'receipt', '--side', 'local', '--keep')
        self.assertEqual(self.n_here(), N_RECORDS)
        self.ok('sync')
        self.assertEqual(self.status()['state'], 'up-to-date')

    def test_changed_alike(self):
        """A script that went wrong: one thing it has done to many waits, another edit goes."""
        before = self.server.documents('shop')
        for n in range(N_MANY):
            document = json.loads(self.ok('get', f'receipt:{n:02}').out)
            self.ok('put', document['_id'], input=json.dumps(dict(document, total=0)))
        self.ok('put', 'till:9', input='{"n":1}')
        run = self.ok('sync', '--json', code=1).json
        self.assertEqual((run['records']['guarded'], run['records']['pushed']), (N_MANY, 1))
        self.assertEqual(self.status()['reason']['code'], 'guard-edits')
        question, = self.questions()
        self.assertEqual((question['side'], question['records']), ('alike', N_MANY))
        self.assertIn('were changed here in the same way', self.ok('guard').out)
        self.assertIn('Unusually many', self.ok('why', 'receipt:00').out)

        self.ok('guard', 'receipt', '--keep')
        self.ok('sync')
        self.assertEqual(self.status()['state'], 'up-to-date')
        after = {key: body for key, body in self.server.documents('shop').items() if key != 'till:9'}
        self.assertEqual(after, before)

    def test_survives_restart(self):
        """Every command is a process of its own; a full run asks the same."""
        self.delete_there()
        self.ok('sync', '--full', code=1)
        self.ok('sync', '--full', code=1)
        self.assertEqual(len(self.questions()), 1)


if __name__ == '__main__':
    rig.main()
