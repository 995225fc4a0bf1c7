#!/usr/bin/python3
# test-main-job.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main job once, with agent and tallyctl as they are or each under a checker.

TALLY_CHECKER is a command line put in front of both; whatever it finds must make the program end
with a code of its own. The server is never wrapped: it has tests of its own.
"""

import os
import shlex
import signal
import unittest

import e2e
import rig

CHECKER = os.environ.get('TALLY_CHECKER', '')
N_RECORDS = 200

TALLYCTL = rig.TALLYCTL
AGENT = rig.AGENT


class MainJob(e2e.E2eTest):

    def setUp(self):
        super().setUp()
        self.start_server()
        if CHECKER:
            rig.TALLYCTL = self.wrap(TALLYCTL)
            rig.AGENT = self.wrap(AGENT)

    def wrap(self, program):
        path = os.path.join(self.folder, os.path.basename(program))
        with open(path, 'w', encoding='utf-8') as script:
            script.write(f'#!/bin/sh\nexec {CHECKER} {shlex.quote(program)} "$@"\n')
        os.chmod(path, 0o700)
        return path

    def wait_for(self, what, ready):
        for _ in range(rig.PATIENCE_S * 2):
            if ready():
                return
            self.assertIsNone(self.agent.process.poll(), 'the agent ended')
            signal.sigtimedwait([], 0.5)
        self.fail(what)

    def is_served(self):
        try:
            with open(self.store + '.lock', encoding='utf-8') as lock:
                return len(lock.read().split()) == 2
        except FileNotFoundError:
            return False

    def test_agent(self):
        self.server.put('db', *({'_id': f'receipt:{i}', 'total': i, 'note': ''}
                                for i in range(N_RECORDS)))
        self.agent = rig.Process(self, [rig.AGENT, '--store', self.store, '--server', self.url])
        self.wait_for('the agent serves its store', self.is_served)
        self.wait_for('the first pull', lambda: self.ok(
            'status', '--json').json['records'] == N_RECORDS)

        # Edits here and there: one to merge, one to settle, a deletion each way.
        self.ok('pause')
        for key, note in (('receipt:1', 'here'), ('receipt:2', 'here')):
            self.ok('put', key, input=f'{{"total":{key[-1]},"note":"{note}"}}')
        self.ok('delete', 'receipt:3')
        rows = {row['id']: row['doc'] for row in self.server.request(
            'GET', '/db/_all_docs?include_docs=true')['rows']}
        self.server.put('db', dict(rows['receipt:1'], total=100),
                        dict(rows['receipt:2'], note='there'),
                        {'_id': 'receipt:4', '_rev': rows['receipt:4']['_rev'], '_deleted': True})
        self.ok('resume')
        run = self.ok('sync', '--json').json
        self.assert_run(run)
        self.wait_for('agreement', lambda: self.ok('status', '--json').json['pending'] == 0)
        self.assertEqual(self.ok('status', '--json').json['conflicts'], 1)
        self.ok('resolve', 'receipt:2', '--field', '/note=server')
        self.ok('sync')
        self.assertEqual(self.ok('status', '--json').json['conflicts'], 0)
        self.assertEqual(self.ok('export').out, e2e.export_of_server(self.url))

        self.agent.process.terminate()
        _, errors = self.agent.process.communicate(timeout=rig.PATIENCE_S)
        self.assertEqual(self.agent.process.returncode, 0, errors.decode())

    def test_tallyctl_alone(self):
        """The same program as its own service."""
        device = self.device('alone')
        device.import_text(self.lines(*({'_id': f'a:{i}', 'x': i} for i in range(N_RECORDS))))
        self.assertEqual(device.sync()['records']['pushed'], N_RECORDS)
        self.assertEqual(device.export(), e2e.export_of_server(self.url))


if __name__ == '__main__':
    unittest.main(verbosity=2)
