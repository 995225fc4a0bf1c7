#!/usr/bin/python3
# test-order.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a record names leaves before it, and a child says for which parent it waits."""

import json
import os

import rig


class OrderTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.url = self.server.create('shop')
        self.ok('--server', self.url, 'sync')

    def declare(self, order):
        path = os.path.join(self.folder, 'order.json')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(order if isinstance(order, str) else json.dumps(order))
        return self.cli('order', 'set', path)

    def arrived(self):
        """The ids as the server took them in."""
        rows = self.server.request('GET', '/shop/_changes')['results']
        return [row['id'] for row in rows]

    def put(self, key, **document):
        self.ok('put', key, input=json.dumps(document))

    def test_parents_first(self):
        self.assertEqual(self.declare({
            'receipt': {'priority': 5, 'references': {'/till': 'till', '/voids/ids': ''}},
            'till': {'references': {'/shop': 'shop'}}}).code, 0)
        self.put('note:1', n=1)
        self.put('receipt:2', till='7', voids={'ids': ['receipt:1']})
        self.put('receipt:1', till=7)
        self.put('till:7', shop='milano')
        self.put('shop:milano', n=1)
        self.assertEqual(self.ok('sync', '--json').json['records']['pushed'], 5)
        arrived = self.arrived()
        for before, after in (('shop:milano', 'till:7'), ('till:7', 'receipt:1'),
                              ('receipt:1', 'receipt:2'), ('receipt:2', 'note:1')):
            self.assertLess(arrived.index(before), arrived.index(after), arrived)

    def test_waits(self):
        """The parent is put on hold: so is nothing else but what names it, and it says so."""
        self.declare({'receipt': {'references': {'/till': 'till', '/voids': ''}}})
        self.put('till:1', n=1)
        self.ok('sync')
        run = self.ok('runs', '--json').json['runs'][0]['run']
        self.put('till:2', n=1)
        self.put('receipt:1', till='1')
        self.put('receipt:2', till='2')
        self.put('receipt:3', voids='receipt:2')
        self.ok('sync', '--record', 'receipt:2', '--record', 'receipt:1')
        self.assertEqual(sorted(self.arrived()), ['receipt:1', 'till:1'])
        self.assertIsNotNone(run)
        self.assertIn('waits for “till:2”', self.ok('pending').out)
        self.assertEqual(self.ok('sync', '--plan', '--json').json['send'], 3)
        self.assertEqual(self.ok('sync', '--json').json['records']['pushed'], 3)
        self.assertEqual(self.arrived()[-3:], ['till:2', 'receipt:2', 'receipt:3'])

    def test_ring(self):
        """Nobody can be first: one leaves, and it is said."""
        self.declare({'a': {'references': {'/b': 'b'}}, 'b': {'references': {'/a': 'a'}}})
        self.put('a:1', b='1')
        self.put('b:1', a='1')
        run = self.ok('sync', '--json').json
        self.assertEqual(run['records']['pushed'], 2)
        self.assertIn('reference-ring', [error['code'] for error in run['errors']])

    def test_settings(self):
        self.assertIn('None is set', self.ok('order').out)
        self.assertEqual(self.ok('order', '--json').json, {})
        order = {'receipt': {'priority': -1}}
        self.declare(order)
        self.assertEqual(self.ok('order', '--json').json, order)
        for nonsense, word in (('[]', 'object'), ('{"r":1}', '“r”'), ('{"r":{"first":1}}', 'priority'),
                               ('{"r":{"references":{"till":"till"}}}', '“till”'), ('{', 'object')):
            self.fails(4, word, answer=self.declare(nonsense))
        self.assertEqual(self.ok('order', '--json').json, order)
        self.ok('order', 'clear')
        self.assertEqual(self.ok('order', '--json').json, {})
        self.fails(2, 'order clear', answer=self.cli('order', 'sideways'))
        self.fails(4, 'nowhere', answer=self.cli('order', 'set', '/nowhere'))


if __name__ == '__main__':
    rig.main()
