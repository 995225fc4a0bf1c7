#!/usr/bin/python3
# test-undo.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run is undone from the terminal: shown first, by the number that was shown, and it converges."""

import json
import os

import rig

N_RECORDS = 30


class UndoTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')
        self.other = os.path.join(self.folder, 'b.tally')
        self.server.put('shop', *[{'_id': f'receipt:{n:02}', 'price': 1.50, 'n': n}
                                  for n in range(N_RECORDS)])
        for store in (self.store, self.other):
            self.ok('--server', self.url, 'sync', store=store)
        self.before = self.exported()
        self.spoil()
        self.run = self.ok('sync', '--json').json['run']

    def exported(self, store=None):
        """What is shown, without the revisions."""
        documents = [json.loads(line) for line in self.ok('export', store=store).out.splitlines()]
        return [{name: value for name, value in document.items() if name != '_rev'}
                for document in documents]

    def spoil(self):
        """The other device changes ten, deletes two and makes three."""
        for n in range(10):
            self.ok('put', f'receipt:{n:02}', input=json.dumps({'price': 0, 'wrong': n}), store=self.other)
        for n in range(10, 12):
            self.ok('delete', f'receipt:{n:02}', store=self.other)
        for n in range(40, 43):
            self.ok('put', f'receipt:{n:02}', input=json.dumps({'price': 0, 'wrong': n}), store=self.other)
        self.ok('sync', store=self.other)

    def plan(self):
        return self.ok('undo', str(self.run), '--json').json

    def test_shown_first(self):
        self.assertEqual(self.plan(), {'run': self.run, 'undone': False, 'restored': 12,
                                       'deleted': 3, 'left': 0})
        words = self.ok('undo', str(self.run)).out
        self.assertIn('12 records would be again what they were', words)
        self.assertIn(f'tallyctl undo {self.run} --confirm 15', words)
        rows = [json.loads(line) for line in
                self.ok('undo', str(self.run), '--list').out.splitlines()]
        self.assertEqual(len(rows), 15)
        self.assertEqual(rows[0], {'id': 'receipt:00', 'action': 'restore',
                                   'before': {'price': 1.50, 'n': 0}, 'left_because': None})
        self.assertEqual(rows[-1], {'id': 'receipt:42', 'action': 'delete', 'before': None,
                                    'left_because': None})
        self.assertEqual(self.ok('status', '--json').json['pending'], 0)

    def test_undone(self):
        self.assertIn('undone here', self.ok('undo', str(self.run), '--confirm', '15').out)
        self.assertEqual(self.exported(), self.before)
        self.assertEqual(self.ok('status', '--json').json['pending'], 15)
        self.assert_run(self.ok('sync', '--json').json)
        self.ok('sync', store=self.other)
        self.assertEqual(self.exported(self.other), self.before)
        self.assertEqual(self.plan()['left'], 15)
        self.assertEqual(self.ok('status', '--json').json['conflicts'], 0)

    def test_on_hold(self):
        """Here at once, there when it is released; the guard does not ask what a person has answered."""
        there = self.server.documents('shop')
        words = self.ok('undo', str(self.run), '--confirm', '15', '--hold').out
        self.assertIn('tallyctl pending release', words)
        self.assertEqual(self.exported(), self.before)
        self.ok('sync')
        self.assertEqual(self.server.documents('shop'), there)
        self.assertEqual(self.ok('status', '--json').json['held'], 15)
        held = self.ok('pending', 'held', '--json').json['records']
        self.assertEqual({row['reason']['code'] for row in held}, {'on-hold'})
        self.assertIn('receipt:03', self.ok('pending', 'held').out)

        self.ok('pending', 'release', 'receipt:03')
        self.fails(4, 'receipt:03', answer=self.cli('pending', 'release', 'receipt:03'))
        self.assertIn('14 records', self.ok('pending', 'release').out)
        self.ok('sync')
        self.assertEqual(self.ok('status', '--json').json['state'], 'up-to-date')
        self.ok('sync', store=self.other)
        self.assertEqual(self.exported(self.other), self.before)

    def test_left_alone(self):
        self.ok('put', 'receipt:03', input='{"price":7}')
        self.assertEqual(self.plan(), {'run': self.run, 'undone': False, 'restored': 11,
                                       'deleted': 3, 'left': 1})
        self.fails(4, 'Look at them again', answer=self.cli('undo', str(self.run), '--confirm', '15'))
        answer = self.ok('undo', str(self.run), '--confirm', '14', '--json').json
        self.assertEqual((answer['undone'], answer['restored'], answer['left']), (True, 11, 1))
        self.assertEqual(self.ok('get', 'receipt:03', '--json').json['document']['price'], 7)

    def test_wrong(self):
        self.fails(4, 'tallyctl runs', answer=self.cli('undo', '999'))
        self.fails(2, 'tallyctl runs', answer=self.cli('undo', 'yesterday'))
        self.fails(2, 'not both', answer=self.cli('undo', '1', '--list', '--confirm', '3'))
        idle = self.ok('sync', '--json').json['run']
        self.assertIn('changed nothing', self.ok('undo', str(idle)).out)


if __name__ == '__main__':
    rig.main()
