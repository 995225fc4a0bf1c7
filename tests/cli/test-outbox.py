#!/usr/bin/python3
# test-outbox.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What waits and what the server refused: listed with its reason, sent once more, given up."""

import json

import rig


class OutboxTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.refuses = True
        proxy = rig.Proxy(self, self.server.create('db'), before=self.refuse)
        self.server.put('db', {'_id': 'receipt:1', 'n': 1})
        self.ok('--server', proxy.url, 'sync')

    def refuse(self, method, path, body):
        """The server takes a batch but for the bad ones."""
        if rig.endpoint(path) != '_bulk_docs' or not self.refuses:
            return None
        sent = json.loads(body)
        refused = [document for document in sent['docs'] if document.get('bad')]
        sent['docs'] = [document for document in sent['docs'] if not document.get('bad')]
        self.server.request('POST', path, sent)
        return 201, rig.JSON, json.dumps([
            {'id': document['_id'], 'error': 'forbidden', 'reason': 'No bad ones.'}
            for document in refused]).encode()

    def rows(self, *command):
        return self.ok(*command, '--json').json['records']

    def begin(self):
        self.ok('put', 'receipt:1', input='{"n":2,"bad":true}')
        self.ok('put', 'receipt:2', input='{"n":1,"bad":true}')
        self.ok('put', 'receipt:3', input='{"n":1}')

    def set_aside(self):
        self.begin()
        self.ok('sync', code=1)

    def test_pending(self):
        self.assertIn('Nothing waits', self.ok('pending').out)
        self.begin()
        rows = self.rows('pending')
        self.assertEqual([row['id'] for row in rows], ['receipt:1', 'receipt:2', 'receipt:3'])
        for row in rows:
            self.assertEqual(list(row), ['id', 'collection', 'deleted', 'reason', 'tries', 'since',
                                         'next_try'])
            self.assertEqual((row['collection'], row['deleted'], row['reason'], row['tries']),
                             ('receipt', False, None, 0))
        self.assertEqual(len(self.rows('pending', '--limit', '2')), 2)
        self.assertEqual(self.rows('pending', '--offset', '2')[0]['id'], 'receipt:3')
        self.assertIn('receipt:2', self.ok('pending').out)

    def test_export(self):
        self.assertEqual(self.ok('quarantine', 'export').out, '')
        self.set_aside()
        lines = [json.loads(line) for line in self.ok('quarantine', 'export').out.splitlines()]
        self.assertEqual([(line['_id'], line['n'], line['bad']) for line in lines],
                         [('receipt:1', 2, True), ('receipt:2', 1, True)])

    def test_quarantine(self):
        self.assertIn('Nothing is set aside', self.ok('quarantine').out)
        self.set_aside()
        self.assertEqual(self.rows('pending'), [])
        rows = self.rows('quarantine')
        self.assertEqual([(row['id'], row['tries']) for row in rows],
                         [('receipt:1', 1), ('receipt:2', 1)])
        self.assertEqual(len(rows), self.ok('status', '--json').json['quarantined'])
        words = self.ok('quarantine').out
        self.assertIn('No bad ones.', words)
        self.assertIn('sent 1 time', words)
        self.fails(2, 'discard ID', answer=self.cli('quarantine', 'discard'))
        self.fails(2, 'discard ID', answer=self.cli('quarantine', 'what', 'receipt:1'))
        self.fails(4, 'receipt:3', answer=self.cli('quarantine', 'retry', 'receipt:3'))

    def test_retry(self):
        self.set_aside()
        self.ok('quarantine', 'retry', 'receipt:1')
        self.ok('sync', code=1)
        self.assertEqual(len(self.rows('quarantine')), 2)

        self.refuses = False
        self.assertIn('2 records', self.ok('quarantine', 'retry').out)
        self.ok('sync')
        self.assertEqual(self.rows('quarantine'), [])
        self.assertEqual(self.server.documents('db')['receipt:1']['n'], 2)

    def test_discard(self):
        self.set_aside()
        given_up = json.loads(self.ok('quarantine', 'discard', 'receipt:1').out)
        self.assertEqual(given_up, {'_id': 'receipt:1', 'n': 2, 'bad': True})
        self.assertEqual(json.loads(self.ok('get', 'receipt:1').out),
                         {'_id': 'receipt:1', 'n': 1})
        self.ok('quarantine', 'discard', 'receipt:2')
        self.assertEqual(self.cli('get', 'receipt:2').code, 4)
        run = self.ok('sync', '--compare', '--json').json
        self.assertEqual((run['grade'], run['proof']), ('compared', {'equal': 2, 'of': 2}))
        self.assertEqual(self.ok('status', '--json').json['state'], 'up-to-date')


if __name__ == '__main__':
    rig.main()
