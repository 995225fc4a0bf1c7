#!/usr/bin/python3
# test-plan.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""`sync --plan`: what is said is what then happens, and nothing of it happens before."""

import json

import rig


def receipt(n):
    return {'_id': f'receipt:{n:04}', 'number': f'0042-{n:05}', 'till': 'Cassa 1',
            'items': [{'description': 'Caffè espresso', 'quantity': 1 + n % 3, 'price': 1.2}] *
            (1 + n % 4), 'payment': 'card', 'issued': '2026-11-26T10:00:00+01:00'}


class PlanTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')
        self.server.put('shop', *[receipt(n) for n in range(300)])

    def revision(self, key):
        return self.server.request('GET', f'/shop/{key}')['_rev']

    def edit_there(self, *numbers, deleted=False):
        for n in numbers:
            document = receipt(n)
            document['_rev'] = self.revision(document['_id'])
            document['payment'] = 'cash'
            if deleted:
                document = {'_id': document['_id'], '_rev': document['_rev'], '_deleted': True}
            self.server.put('shop', document)

    def plan(self, *options):
        plan = self.ok('sync', '--plan', '--json', *options).json
        self.assertEqual(list(plan), ['send', 'fetch', 'delete', 'conflicts', 'bytes', 'seconds', 'risk',
                                      'records'])
        return plan

    def check(self, plan, run):
        """The numbers exactly, the bytes within a fifth."""
        counts = run['records']
        self.assertEqual((plan['send'], plan['fetch'], plan['delete']),
                         (counts['pushed'], counts['pulled'], counts['deleted']))
        self.assertLess(abs(plan['bytes']['down'] - run['bytes']['down']),
                        0.2 * run['bytes']['down'], (plan, run['bytes']))

    def test_first(self):
        """A store that has nothing yet, and no mark: the plan leaves none."""
        self.ok('put', 'mine:1', input='{"n":1}')
        export = self.ok('export').out
        plan = self.ok('--server', self.url, 'sync', '--plan', '--json').json
        self.assertEqual((plan['send'], plan['fetch'], plan['delete']), (1, 300, 0))
        self.assertEqual((plan['seconds'], plan['risk']), (None, 'none'))
        self.assertEqual(self.ok('export').out, export)
        self.assertEqual(self.ok('runs', '--json').json['runs'], [])
        self.assertEqual(len(self.server.documents('shop')), 300)
        run = self.ok('sync', '--json').json
        self.assertEqual((run['records']['pushed'], run['records']['pulled']), (1, 300))

    def test_delta(self):
        self.ok('--server', self.url, 'sync')
        self.edit_there(*range(60))
        self.edit_there(60, 61, deleted=True)
        self.server.put('shop', *[receipt(n) for n in range(300, 340)])
        self.ok('put', 'mine:1', input='{"n":1}')
        self.ok('delete', 'receipt:0100')
        plan = self.plan()
        self.assertEqual((plan['send'], plan['fetch'], plan['delete'], plan['records']),
                         (2, 102, 3, []))
        self.assertIsInstance(plan['seconds'], int)
        self.check(plan, self.ok('sync', '--json').json)
        self.assertEqual(self.plan()['fetch'], 0)
        self.assertIn('nothing to do', self.ok('sync', '--plan').out)

    def test_list(self):
        self.ok('--server', self.url, 'sync')
        self.edit_there(1, 2)
        self.edit_there(3, deleted=True)
        self.ok('put', 'receipt:0002', input=json.dumps(dict(receipt(2), till='Cassa 2')))
        self.ok('put', 'mine:1', input='{"n":1}')
        self.ok('delete', 'receipt:0004')
        plan = self.plan('--list')
        self.assertEqual(sorted((row['id'], row['action']) for row in plan['records']),
                         [('mine:1', 'send'), ('receipt:0001', 'fetch'), ('receipt:0002', 'merge'),
                          ('receipt:0002', 'send'), ('receipt:0003', 'delete'),
                          ('receipt:0004', 'send deletion')])
        self.assertEqual((plan['conflicts'], plan['risk']), (1, 'conflicts'))
        words = self.ok('sync', '--plan', '--list').out
        for word in ('delete here', 'delete there', 'merge', 'To send: 3', 'Nothing was done yet.'):
            self.assertIn(word, words)

    def test_risk(self):
        """More deletions than go through unasked: said before."""
        self.ok('--server', self.url, 'sync')
        self.edit_there(*range(120), deleted=True)
        self.assertEqual(self.plan()['risk'], 'deletions')
        self.assertIn('you will be asked first', self.ok('sync', '--plan').out)

    def test_alone(self):
        """What a plan does not take into account is not taken silently."""
        self.ok('--server', self.url, 'sync')
        for option in ('--full', '--adopt', '--verify', '--compare'):
            self.fails(2, '--plan', answer=self.cli('sync', '--plan', option))
        self.fails(2, '--plan', answer=self.cli('sync', '--list'))

    def test_other_database(self):
        self.ok('--server', self.url, 'sync')
        self.server.request('DELETE', '/shop')
        self.server.create('shop')
        self.fails(6, answer=self.cli('sync', '--plan'))
        self.fails(2, answer=self.cli('sync', '--plan', store=self.store + '2'))


if __name__ == '__main__':
    rig.main()
