#!/usr/bin/python3
# test-care.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The store's file from the terminal: how large it is, checked, compacted, copied."""

import json
import os
import sqlite3
import stat

import rig

N_RECORDS = 20


class CareTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.server_url = self.server.create('shop')
        self.server.put('shop', *[{'_id': f'receipt:{n:02}', 'n': n, 'text': 'x' * 2000}
                                  for n in range(N_RECORDS)])
        self.ok('--server', self.server_url, 'sync')

    def meddle(self, sql):
        database = sqlite3.connect(self.store)
        database.execute(sql)
        database.commit()
        database.close()

    def test_facts(self):
        facts = self.ok('store', '--json').json
        self.assertEqual(list(facts), ['path', 'bytes', 'free_bytes', 'max_bytes', 'undo_days',
                                       'run_days', 'history_days', 'records', 'revisions',
                                       'history', 'runs', 'undo_from'])
        self.assertEqual((facts['path'], facts['records'], facts['runs'], facts['undo_from']),
                         (self.store, N_RECORDS, 1, 1))
        self.assertGreater(facts['bytes'], N_RECORDS * 2000)
        words = self.ok('store').out
        self.assertIn(self.store, words)
        self.assertIn('20 records', words)

    def test_check(self):
        self.assertEqual(self.ok('store', 'check', '--json').json, {'complaints': []})
        self.assertIn('Nothing is wrong', self.ok('store', 'check').out)
        self.meddle("UPDATE record SET state = 5 WHERE key = 'receipt:07'")
        answer = self.cli('store', 'check')
        self.fails(3, 'damaged', answer=answer)
        self.assertIn('receipt:07', answer.out)

    def test_compact(self):
        for n in range(N_RECORDS):
            self.ok('put', f'receipt:{n:02}', input=json.dumps({'n': -n}))
        self.ok('sync')
        # As it will be in a month.
        self.meddle('UPDATE run SET started = 1, ended = 1')
        for _ in range(50):
            self.ok('sync')
        answer = self.ok('store', 'compact', '--json').json
        # At least the texts that only an undo would have needed.
        self.assertLess(answer['bytes_after'], answer['bytes_before'] - N_RECORDS * 1900)
        self.fails(4, 'too long ago', answer=self.cli('undo', '1'))
        self.assertEqual(self.ok('store', '--json').json['records'], N_RECORDS)
        self.assertIn('now', self.ok('store', 'compact').out)
        self.ok('store', 'check')

    def test_limit(self):
        """Said before it is reached; then nothing new is stored, and nothing that was is lost."""
        self.ok('store', '--max-bytes', '1000000')
        size = self.ok('store', '--json').json['bytes']
        n = (930000 - size) // 60000
        self.ok('import', '-', input=self.lines(*({'_id': f'more:{i}', 'text': 'x' * 60000}
                                                  for i in range(n))))
        answer = self.ok('sync')
        self.assertIn('of the size that was set', answer.err)
        self.assertEqual(self.ok('status', '--json').json['state'], 'up-to-date')

        before = self.ok('export').out
        answer = self.cli('import', '-', input=self.lines({'_id': 'much', 'text': 'x' * 900000}))
        self.fails(3, 'reached the size that was set', '--max-bytes', answer=answer)
        self.assertEqual(self.ok('export').out, before)
        self.server.put('shop', {'_id': 'theirs', 'text': 'x' * 900000})
        answer = self.cli('sync')
        self.fails(3, 'reached the size that was set', answer=answer)
        self.assertEqual(self.ok('export').out, before)

        self.ok('store', '--max-bytes', '0')
        self.ok('sync')
        self.ok('get', 'theirs')
        self.assertEqual(self.ok('store', '--json').json['max_bytes'], 0)

    def test_retention(self):
        """Of what is settled the history goes in time; what is open keeps it."""
        other = os.path.join(self.folder, 'b.tally')
        self.ok('--server', self.server_url, 'sync', store=other)
        self.ok('put', 'receipt:00', input='{"n":0,"mine":1}')
        self.ok('put', 'receipt:01', input='{"n":1,"mine":1}')
        for n in range(2):
            self.ok('put', f'receipt:0{n}', input=json.dumps({'n': n, 'theirs': 1}), store=other)
        self.ok('sync', store=other)
        self.ok('sync')
        self.assertEqual(self.ok('store', '--json').json['history'], 2)
        self.ok('put', 'receipt:01', input='{"n":1,"waits":1}')
        self.meddle('UPDATE history SET at = 1')
        self.ok('store', 'compact')
        self.assertEqual(self.ok('store', '--json').json['history'], 2)

        self.fails(4, '30', answer=self.cli('store', '--history-days', '7'))
        self.assertIn('History is kept for 365 days', self.ok('store', '--history-days', '365').out)
        self.ok('store', 'compact')
        self.assertEqual(self.ok('store', '--json').json['history'], 1)
        self.assertEqual(self.ok('store', 'check', '--json').json, {'complaints': []})
        self.ok('sync')
        self.assertEqual(self.ok('store', '--json').json['history'], 0)

    def test_backup(self):
        copy = os.path.join(self.folder, 'copy.tally')
        with open(copy, 'w', encoding='utf-8') as file:
            file.write('precious')
        self.assertIn('whole', self.ok('store', 'backup', copy).out)
        self.assertEqual(stat.S_IMODE(os.stat(copy).st_mode), 0o600)
        self.assertEqual(self.ok('export', store=copy).out, self.ok('export').out)
        self.ok('store', 'check', store=copy)
        self.server.put('shop', {'_id': 'receipt:new', 'n': 1})
        self.ok('sync', store=copy)
        self.assertEqual(self.ok('store', '--json', store=copy).json['records'], N_RECORDS + 1)

        answer = self.cli('store', 'backup', os.path.join(self.folder, 'nowhere', 'copy'))
        self.assertIn('nowhere', answer.err)
        self.assertNotEqual(answer.code, 0)
        self.fails(4, self.folder, answer=self.cli('store', 'backup', self.folder))
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith('.part')], [])

    def test_health(self):
        self.server.stop()
        self.cli('sync')
        health = self.ok('health', '--json').json
        self.assertEqual(list(health), ['since', 'runs', 'success_rate', 'duration_ms', 'bytes',
                                        'oldest_pending', 'open_problems', 'errors'])
        self.assertEqual(health['runs'], {'success': 1, 'partial': 0, 'failed': 1, 'cancelled': 0})
        self.assertEqual(health['success_rate'], 0.5)
        self.assertGreater(health['bytes']['down'], 1000)
        error, = health['errors']
        self.assertEqual((error['code'], error['count']), ('server-unreachable', 1))
        words = self.ok('health').out
        self.assertIn('50.0 % of the runs succeeded', words)
        self.assertIn('server-unreachable', words)
        self.fails(2, 'from 1 on', answer=self.cli('health', '--days', '0'))
        self.assertIn('no run', self.ok('health', store=self.folder + '/empty.tally').out)

    def test_wrong(self):
        for wrong in (['polish'], ['check', 'x'], ['backup'], ['compact', 'x']):
            self.fails(2, 'store backup FILE', answer=self.cli('store', *wrong))


if __name__ == '__main__':
    rig.main()
