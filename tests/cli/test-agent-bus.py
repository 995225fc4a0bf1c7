#!/usr/bin/python3
# test-agent-bus.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""tallyctl against an agent on the session bus that says what it is told: what is called with
what, and what is made of every answer."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading

import rig

CONTRACT = os.environ['TALLY_CONTRACT']
FAKE_AGENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fake-agent.py')

RUN = {
    'run': 3, 'operation': 'delta', 'trigger': 'manual', 'status': 'success', 'phase': None,
    'started': '2026-11-23T04:05:06.007Z', 'ended': '2026-11-23T04:05:07.507Z',
    'duration_ms': 1500,
    'phases': [{'phase': phase, 'ms': 3} for phase in ('validate', 'prepare', 'execute', 'verify')],
    'records': {'pulled': 11, 'pushed': 12, 'deleted': 13, 'unchanged': 14, 'failed': 0,
                'quarantined': 0, 'held': 15, 'guarded': 0},
    'conflicts': {'detected': 5, 'auto_resolved': 2, 'needs_user': 3},
    'bytes': {'up': 100, 'down': 200}, 'requests': 7, 'retries': 1, 'grade': 'checked',
    'proof': None,
    'errors': [],
}
PARTIAL = dict(RUN, status='partial',
               records=dict(RUN['records'], failed=1, quarantined=2),
               errors=[{'record': 'receipt:1', 'code': 'refused', 'message': 'Too big. Shorten it.'},
                       {'record': 'receipt:\u001b[2J', 'code': 'refused', 'message': 'Bad id.'}])
STATUS = {
    'state': 'conflicts', 'reason': {'code': 'conflicts', 'arguments': {'count': '3'}},
    'connection': 'http://127.0.0.1:5985/receipts', 'records': 42, 'pending': 4,
    'oldest_pending': '2026-11-23T04:00:00.000Z', 'held': 5, 'quarantined': 6, 'conflicts': 3,
    'guarded': 0,
    'grade': 'checked', 'checked_at': '2026-11-23T04:05:07.000Z',
    'next_run': '2026-11-23T04:10:07.000Z', 'last_run': RUN,
}
# Written by hand: the numbers must come through as they are.
CONFLICTS = '''{"conflicts":[
{"id":"receipt:1","collection":"receipt","kind":"edit","fields":[
 {"pointer":"/total","before":12.50,"local":12345678901234567890,"server":1e21,"verdict":"conflict"},
 {"pointer":"/note","before":null,"local":"paid","verdict":"local"}],
 "base":{"total":12.50},"local":{"total":12345678901234567890},"server":{"total":1e21},"shown":"x"},
{"id":"receipt:2","collection":"receipt","kind":"delete","fields":[],
 "base":{"a":1},"local":null,"server":{"a":2},"shown":"y"},
{"id":"receipt:3","collection":"receipt","kind":"fork","fields":[],
 "base":null,"local":{"a":1},"server":{"a":1},
 "versions":[{"rev":"2-a","deleted":false,"body":{"a":1}},{"rev":"2-b","deleted":true,"body":null}],
 "shown":"z"}],"total":3}'''


class AgentBusTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.log = os.path.join(self.folder, 'calls')
        self.bus = rig.Process(self, ['dbus-daemon', '--session', '--nofork', '--print-address'])
        address = self.bus.process.stdout.readline().decode().strip()
        self.env['DBUS_SESSION_BUS_ADDRESS'] = address

    def start(self, methods=None, **answers):
        path = os.path.join(self.folder, 'answers.json')
        with open(path, 'w', encoding='utf-8') as handle:
            answers.setdefault('properties', {'Connection': 'http://127.0.0.1:1/db'})
            json.dump(dict(answers, methods=methods or {}), handle)
        agent = rig.Process(self, [sys.executable, FAKE_AGENT, CONTRACT, path, self.log])
        self.assertEqual(agent.process.stdout.readline(), b'ready\n')
        return agent

    def calls(self):
        with open(self.log, encoding='utf-8') as handle:
            return [json.loads(line) for line in handle]

    def test_status(self):
        self.start({'GetStatus': [json.dumps(STATUS)]})
        answer = self.run_cli('status', '--json')
        self.assertEqual(answer.code, 0, answer)
        self.assertEqual(answer.json, STATUS)
        self.assertEqual(answer.out.count('\n'), 1)

        text = self.run_cli('status').out
        self.assertNotIn('{', text)
        for word in ('here and on the server', 'http://127.0.0.1:5985/receipts', '42', 'Set aside', 'tallyctl conflicts'):
            self.assertIn(word, text)

    def test_sync(self):
        self.start({'Sync': [json.dumps(RUN)]})
        answer = self.run_cli('sync', '--json')
        self.assertEqual(answer.code, 0, answer)
        self.assert_run(answer.json)
        self.assertEqual(answer.json, RUN)

        answer = self.run_cli('sync', '--full')
        self.assertEqual(answer.code, 0, answer)
        self.assertIn('Exchanging records\n', answer.out)
        self.assertIn('11 received, 12 sent, 13 deleted, 15 held in 1.5 s', answer.out)
        self.assertIn('3 conflicts need you', answer.out)
        self.assertNotIn('\r', answer.out)
        self.assertNotIn('\033', answer.out)
        self.assertEqual(self.calls(), [['Sync', [{'trigger': 'manual'}]],
                                        ['Sync', [{'trigger': 'manual', 'full': True}]]])

    def test_sync_partial(self):
        self.start({'Sync': [json.dumps(PARTIAL)]})
        answer = self.run_cli('sync')
        self.assertEqual(answer.code, 1, answer)
        self.assertIn('1 failed, 2 set aside', answer.out)
        self.assertIn('tallyctl: receipt:1: Too big. Shorten it.', answer.err)
        # What a record is called must not steer the terminal.
        self.assertIn('receipt:\\u001b[2J', answer.err)

        answer = self.run_cli('sync', '--json')
        self.assertEqual(answer.code, 1, answer)
        self.assertEqual(answer.json, PARTIAL)

    def test_sync_failures(self):
        codes = {'auth-failed': 5, 'forbidden': 5, 'server-unreachable': 6, 'bad-answer': 6,
                 'not-found': 6, 'recreated': 6, 'disk-full': 3, 'no-server': 2, 'cancelled': 7,
                 'never-heard-of': 9}
        for code, exit_code in codes.items():
            failed = dict(RUN, status='cancelled' if code == 'cancelled' else 'failed', grade='none',
                          errors=[{'record': None, 'code': code, 'message': f'It is {code}.'}])
            agent = self.start({'Sync': [json.dumps(failed)]})
            answer = self.run_cli('sync', '--json')
            self.fails(exit_code, f'It is {code}.', answer=answer)
            self.assertEqual(answer.json, failed)
            agent.stop()

    def test_interrupt(self):
        cancelled = dict(RUN, status='cancelled', errors=[])
        self.start({'Sync': [json.dumps(cancelled)]}, wait_for_cancel=True)
        process = subprocess.Popen([rig.TALLYCTL, 'sync'], env=self.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        # The line of the phase says that the run is waited for.
        while process.stdout.readline() != b'Exchanging records\n':
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=rig.PATIENCE_S)
        self.assertEqual(process.returncode, 7, (out, err))
        self.assertIn(b'after this batch', err)
        self.assertIn(['Cancel', []], self.calls())

    def test_terminal(self):
        """On a terminal the progress is one line, written over."""
        self.start({'Sync': [json.dumps(RUN)]})
        master, slave = pty.openpty()
        process = subprocess.Popen([rig.TALLYCTL, 'sync'], env=self.env, stdout=slave, stderr=slave,
                                   stdin=slave)
        os.close(slave)
        seen = b''
        while True:
            try:
                block = os.read(master, 4096)
            except OSError:
                break
            if not block:
                break
            seen += block
        os.close(master)
        self.assertEqual(process.wait(rig.PATIENCE_S), 0)
        self.assertIn('\rExchanging records · 5 of 10 records · 2.0\u00a0kB'.encode(), seen)
        self.assertIn(b'\r\033[KDone: ', seen)

    def test_password_prompt(self):
        """Asked for on a terminal, not shown, given on, and the run tried again."""
        failed = dict(RUN, status='failed',
                      errors=[{'record': None, 'code': 'auth-failed', 'message': 'Not accepted.'}])
        self.start({'Sync': [json.dumps(failed)],
                    'ListConnections': ['{"connections":[{"url":"http://x/db","user":"anna"}]}']},
                   properties={'Connection': 'http://x/db'})
        master, slave = pty.openpty()
        process = subprocess.Popen([rig.TALLYCTL, 'sync'], env=self.env, stdout=slave, stderr=slave,
                                   stdin=slave)
        os.close(slave)
        seen = b''
        while b'Password: ' not in seen:
            seen += os.read(master, 4096)
        os.write(master, b'secret\n')
        while True:
            try:
                block = os.read(master, 4096)
            except OSError:
                break
            if not block:
                break
            seen += block
        os.close(master)
        self.assertEqual(process.wait(rig.PATIENCE_S), 5)
        self.assertNotIn(b'secret', seen)
        self.assertIn(['Connect', ['http://x/db', 'anna', 'secret']], self.calls())
        self.assertEqual([call[0] for call in self.calls()].count('Sync'), 2)

    def test_password_file(self):
        self.start({'Sync': [json.dumps(RUN)],
                    'ListConnections': ['{"connections":[{"url":"http://x/db","user":"anna"}]}']},
                   properties={'Connection': 'http://x/db'})
        path = os.path.join(self.folder, 'password')
        with open(path, 'w', encoding='utf-8') as handle:
            handle.write('from file\nnot this\n')
        self.run_cli('--server', 'http://x/db', '--user', 'bea', '--password-file', path, 'sync')
        self.run_cli('sync', env={'TALLY_PASSWORD': 'from env'})
        connects = [call[1] for call in self.calls() if call[0] == 'Connect']
        self.assertEqual(connects, [['http://x/db', 'bea', 'from file'],
                                    ['http://x/db', 'anna', 'from env']])
        answer = self.run_cli('sync', '--password-file', path + '-none')
        self.fails(4, 'password', answer=answer)

    def test_conflicts(self):
        self.start({'ListConflicts': [CONFLICTS]})
        answer = self.run_cli('conflicts', '--json')
        self.assertEqual(answer.code, 0, answer)
        self.assertEqual(list(answer.json), ['conflicts'])
        edit, delete, fork = answer.json['conflicts']
        keys = ['id', 'collection', 'kind', 'fields', 'base', 'local', 'server']
        self.assertEqual(list(edit), keys)
        self.assertEqual(list(delete), keys)
        self.assertEqual(list(fork), keys + ['versions'])
        self.assertEqual(list(edit['fields'][0]), ['pointer', 'before', 'local', 'server'])
        self.assertEqual(list(edit['fields'][1]), ['pointer', 'before', 'local'])
        self.assertIn('12345678901234567890', answer.out)
        self.assertIn('1e21', answer.out)

        text = self.run_cli('conflicts').out
        for word in ('receipt:1', 'This computer', '12345678901234567890', '12.50', 'Version 2',
                     "tallyctl resolve 'receipt:2' --take"):
            self.assertIn(word, text)
        # Decided already: only one side changed it.
        self.assertNotIn('/note', text)

    def test_resolve(self):
        self.start({'Resolve': ['3-abc']})
        answer = self.run_cli('resolve', 'receipt:1', '--field', '/total=server', '--field',
                              '/a=b=local', '--value', '/x={"y":"="}', '--json')
        self.assertEqual(answer.code, 0, answer)
        self.assertEqual(answer.json, {'id': 'receipt:1', 'rev': '3-abc'})
        self.run_cli('resolve', 'receipt:2', '--take', '2')
        self.assertEqual(self.calls(), [
            ['Resolve', ['receipt:1', '', '', [['/total', 'server', ''], ['/a=b', 'local', ''],
                                               ['/x', 'value', '{"y":"="}']]]],
            ['Resolve', ['receipt:2', '', '2', []]]])

        for wrong in (['resolve', 'a'], ['resolve', 'a', '--field', 'total=server'],
                      ['resolve', 'a', '--field', '/total=mine'],
                      ['resolve', 'a', '--value', '/total=no json'],
                      ['resolve', 'a', '--take', 'local', '--field', '/a=local'], ['resolve']):
            self.fails(2, answer=self.run_cli(*wrong))

    def test_records(self):
        self.start({'ListRecords': [2, [['a\nb', 'db', 'clean'], ['c:é', 'c', 'pending']]],
                    'GetRecord': ['{"_id":"c:é","n":1.0}', '1-a', 'pending'],
                    'PutRecord': ['2-b'],
                    'Why': ['{"id":"c:é","state":"pending","reasons":[{"code":"pending",'
                            '"arguments":{"count":"1"}}],"local":"1-a","base":null,"server":null}'],
                    'ListRuns': [json.dumps({'runs': [PARTIAL, RUN]})],
                    'ListConnections': ['{"connections":[{"url":"http://x/db","user":"anna",'
                                        '"device":"d","state":"up-to-date"}]}']})
        answer = self.run_cli('records', '--json', '--problems', '--search', 'é', '--limit', '7')
        self.assertEqual(list(answer.json), ['total', 'records'])
        self.assertEqual(answer.json['records'][0],
                         {'id': 'a\nb', 'collection': 'db', 'state': 'clean'})
        self.assertEqual(self.calls(), [['ListRecords', ['', 'é', True, 0, 7]]])
        text = self.run_cli('records').out
        self.assertIn('a\\nb', text)
        self.assertEqual(text.count('\n'), 2)

        self.assertEqual(self.run_cli('get', 'c:é').out, '{"_id":"c:é","n":1.0}\n')
        self.assertEqual(self.run_cli('get', '--json', 'c:é').out,
                         '{"id":"c:é","rev":"1-a","state":"pending","document":{"_id":"c:é","n":1.0}}\n')
        self.assertEqual(self.run_cli('put', '--json', 'c:é', input='{"n":1e21}').json,
                         {'id': 'c:é', 'rev': '2-b'})
        self.assertIn(['PutRecord', ['c:é', '{"n":1e21}']], self.calls())
        self.assertEqual(self.run_cli('delete', '--json', '--rev', '2-b', 'c:é').json,
                         {'id': 'c:é', 'deleted': True})
        self.assertIn(['DeleteRecord', ['c:é', '2-b']], self.calls())
        self.assertIn('wait to be sent', self.run_cli('why', 'c:é').out)
        self.assertEqual(list(self.run_cli('why', 'c:é', '--json').json),
                         ['id', 'state', 'reasons', 'local', 'base', 'server'])
        self.assertEqual(len(self.run_cli('runs', '--json').json['runs']), 2)
        self.assertIn('Too big', self.run_cli('runs').out)
        self.assertIn('anna', self.run_cli('connections').out)

    def test_commands_without_answer(self):
        self.start()
        for command, expected in (('pause', {'paused': True}), ('resume', {'paused': False}),
                                  ('cancel', {'cancelled': True})):
            self.assertEqual(self.run_cli(command, '--json').json, expected)
            self.assertEqual(self.run_cli(command).code, 0)
        self.assertEqual([call[0] for call in self.calls()],
                         ['Pause', 'Pause', 'Resume', 'Resume', 'Cancel', 'Cancel'])

    def test_files(self):
        """From a pipe and a file; into a pipe, a file, a full disk and nobody's hands."""
        self.start({'Import': [1, 2, 3], 'Export': [2]},
                   export='{"_id":"a"}\n' + '{"_id":"b"}\n' * 20000)
        text = '{"_id":"a"}\n{"_id":"é"}\n'
        path = os.path.join(self.folder, 'in')
        with open(path, 'w', encoding='utf-8') as handle:
            handle.write(text)
        self.assertEqual(self.run_cli('import', '--json', '-', input=text).json,
                         {'created': 1, 'changed': 2, 'unchanged': 3})
        self.assertEqual(self.run_cli('import', path).code, 0)
        self.assertEqual(self.calls(), [['Import', [text]], ['Import', [text]]])
        self.fails(4, 'not-there', answer=self.run_cli('import', 'not-there'))

        out = os.path.join(self.folder, 'out')
        self.assertEqual(self.run_cli('export', '--json', out).json, {'file': out, 'records': 2})
        with open(out, encoding='utf-8') as handle:
            exported = handle.read()
        self.assertEqual(self.run_cli('export').out, exported)
        self.assertEqual(self.run_cli('export', '-').out, exported)
        self.assertEqual(os.listdir(self.folder).count('out'), 1)

        self.fails(8, answer=self.run_cli('export', '/dev/full'))
        self.fails(8, answer=self.run_cli('export', '/nonexistent/out'))
        with open('/dev/full', 'wb') as full:
            process = subprocess.run([rig.TALLYCTL, 'export'], env=self.env, stdout=full,
                                     stderr=subprocess.PIPE, check=False)
        self.assertEqual(process.returncode, 8, process.stderr)
        self.assertIn(b'tallyctl: ', process.stderr)

        process = subprocess.Popen([rig.TALLYCTL, 'export'], env=self.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(), 8, err)
        self.assertIn(b'Broken pipe', err)

    def test_errors_of_the_bus(self):
        """Each name of the contract: its exit code, the message without the bus around it."""
        prefix = 'io.github.tallystick.Error.'
        codes = {'Store.Stale': 4, 'Store.NotFound': 4, 'Store.Locked': 3, 'Store.Mismatch': 4,
                 'Store.BadInput': 4, 'Db.Corrupt': 3, 'Db.TooNew': 3, 'Db.ReadOnly': 3,
                 'Db.Full': 3, 'Http.Auth': 5, 'Http.Unreachable': 6, 'Http.Protocol': 6,
                 'Remote.Missing': 6, 'Remote.Recreated': 6, 'Service.Cancelled': 7, 'Service.Ending': 7,
                 'Service.Failed': 9, 'Unheard.Of': 9}
        for name, exit_code in codes.items():
            agent = self.start({'GetStatus': {'error': prefix + name, 'message': f'It is {name}.'}})
            answer = self.run_cli('status', '--json')
            self.fails(exit_code, f'tallyctl: It is {name}.', answer=answer)
            self.assertEqual(answer.out, '')
            self.assertNotIn('GDBus', answer.err)
            agent.stop()

    def test_agent_dies(self):
        agent = self.start({'Sync': [json.dumps(RUN)]}, wait_for_cancel=True)
        process = subprocess.Popen([rig.TALLYCTL, 'sync'], env=self.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        while process.stdout.readline() != b'Exchanging records\n':
            self.assertIsNone(process.poll())
        agent.kill()
        out, err = process.communicate(timeout=rig.PATIENCE_S)
        self.assertEqual(process.returncode, 9, (out, err))
        self.assertIn(b'try again', err)

    def test_usage(self):
        """Needs no store: --help, --version, and what can't be meant."""
        for command in ('status sync pause resume cancel records get put delete import export '
                        'conflicts resolve runs health log undo store connections why').split():
            answer = self.run_cli(command, '--help')
            self.assertEqual(answer.code, 0, answer)
            self.assertIn(f'tallyctl {command}', answer.out)
            self.assertIn('--json', answer.out)
            self.assertIn(f'\n  {command}', self.run_cli('--help').out)
        self.assertRegex(self.run_cli('--version').out, r'^tallyctl \d')
        self.assertIn('Exit codes:', self.run_cli('help').out)
        for wrong in ([], ['nonsense'], ['get'], ['get', 'a', 'b'], ['status', '--take', 'x'],
                      ['--nonsense'], ['records', '--limit', '-3'], ['records', '--limit', 'x']):
            self.fails(2, answer=self.run_cli(*wrong))
        self.fails(2, 'UTF-8', answer=self.run_cli('get', b'\xff'))


if __name__ == '__main__':
    rig.main()
