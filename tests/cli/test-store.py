#!/usr/bin/python3
# test-store.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""tallyctl on a store that nobody holds: every command that needs no server, and every way in
which a store can be trouble."""

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess

import rig

# Each body as it must come out: the text form of what goes in.
ODD_BODIES = {
    'odd:integer': '"n":12345678901234567890',
    'odd:decimal': '"n":1.0',
    'odd:exponent': '"n":1e21',
    'odd:minus': '"n":-0.0',
    'odd:nul': '"t":"a\\u0000b"',
    'odd:escapes': '"t":"\\/\\u00e9é\\uD83D\\uDE00"',
    'odd:order': '"z":1,"a":{"y":[1,2,{"x":null}],"b":true}',
    'odd:deep': '"d":' + '[' * 900 + ']' * 900,
    'odd/slash': '"a":1',
    'odd\nnewline': '"a":1',
    'odd:nfc \u00e9': '"a":1',
    'odd:nfd e\u0301': '"a":2',
    '-dash': '"a":1',
    'odd:empty': '',
}


def line_of(key, members):
    return '{"_id":' + json.dumps(key, ensure_ascii=False) + (',' if members else '') + members + '}\n'


def digest(path):
    with open(path, 'rb') as handle:
        return hashlib.sha256(handle.read()).hexdigest()


class StoreTest(rig.CliTest):
    def test_odd_bodies(self):
        for key, members in ODD_BODIES.items():
            self.ok('put', '--', key, input='{ ' + members + ' }')
            self.assertEqual(self.ok('get', '--', key).out, line_of(key, members))
        keys = sorted(ODD_BODIES, key=str.encode)
        whole = ''.join(line_of(key, ODD_BODIES[key]) for key in keys)
        self.assertEqual(self.ok('export').out, whole)

        # Into another store, and out of it.
        other = os.path.join(self.folder, 'ein Ordner', 'b é.tally')
        os.mkdir(os.path.dirname(other))
        answer = self.ok('import', '--json', '-', input=whole, store=other)
        self.assertEqual(answer.json, {'created': len(keys), 'changed': 0, 'unchanged': 0})
        self.assertEqual(self.ok('export', store=other).out, whole)
        self.assertEqual(self.ok('import', '--json', '-', input=whole, store=other).json,
                         {'created': 0, 'changed': 0, 'unchanged': len(keys)})
        self.assertEqual([row['id'] for row in self.ok('records', '--json').json['records']], keys)

    def test_edit(self):
        rev = self.ok('put', '--json', 'receipt:1', input='{"total":1}').json['rev']
        self.assertEqual(self.ok('get', '--json', 'receipt:1').json,
                         {'id': 'receipt:1', 'rev': rev, 'state': 'pending',
                          'document': {'_id': 'receipt:1', 'total': 1}})
        # The current revision may stand in it, an older one may not.
        later = self.ok('put', '--json', 'receipt:1',
                        input=json.dumps({'_id': 'receipt:1', '_rev': rev, 'total': 2})).json['rev']
        stale = json.dumps({'_rev': '1-' + '0' * 32, 'total': 3})
        self.fails(4, 'receipt:1', answer=self.cli('put', 'receipt:1', input=stale))
        self.fails(4, 'receipt:1', answer=self.cli('delete', '--rev', '1-' + '0' * 32, 'receipt:1'))
        self.assertEqual(self.ok('get', '--json', 'receipt:1').json['rev'], later)

        self.ok('delete', '--rev', later, 'receipt:1')
        self.fails(4, 'receipt:1', answer=self.cli('get', 'receipt:1'))
        self.assertEqual(self.ok('export').out, '')
        self.assertEqual(self.ok('records', '--json').json, {'total': 0, 'records': []})
        for command in ('get', 'delete', 'why'):
            self.fails(4, 'nothing', answer=self.cli(command, 'nothing'))

    def test_bad_documents(self):
        self.ok('put', 'a', input='{"x":1}')
        before = self.ok('export').out
        for bad in ('', 'x', '[]', '{"x":1', '{"x":1}}', '{"x":1,"x":2}', '{"_x":1}',
                    '{"_id":"b"}', b'{"x":"\xff"}', '{"x":' + '[' * 1001 + ']' * 1001 + '}',
                    '{"_deleted":true}'):
            self.fails(4, answer=self.cli('put', 'a', input=bad))
        for bad in ('_x', ''):
            self.fails(4, answer=self.cli('put', bad, input='{}'))
        self.assertEqual(self.ok('export').out, before)

    def test_import(self):
        path = os.path.join(self.folder, 'in')
        first = '{"_id":"a","x":1}\n{"_id":"b","x":1}\n'
        with open(path, 'w', encoding='utf-8') as handle:
            handle.write(first)
        self.assertEqual(self.ok('import', '--json', path).json,
                         {'created': 2, 'changed': 0, 'unchanged': 0})
        second = '{"_id":"a","x":1}\n{ "_id" : "b", "x": 2 }\n{"x":3,"_id":"c"}\n'
        self.assertEqual(self.ok('import', '-', input=second).out,
                         '1 created, 1 changed, 1 unchanged\n')
        after = '{"_id":"a","x":1}\n{"_id":"b","x":2}\n{"_id":"c","x":3}\n'
        self.assertEqual(self.ok('export').out, after)

        # The third line is bad: it is named, and the first two are not taken either.
        good = '{"_id":"new","x":1}\n{"_id":"a","x":9}\n'
        stale = '1-' + '0' * 32
        for bad in ('{"x":1}', '{"_id":7}', '{"_id":"q"', '{"_id":"q","x":1,"x":2}', 'null',
                    '{"_id":"q","_odd":1}', '{"_id":"a","_rev":"' + stale + '"}'):
            answer = self.cli('import', '-', input=good + bad + '\n' + good)
            self.fails(4, 'line 3', answer=answer)
            self.assertEqual(self.ok('export').out, after, bad)
        rev = self.ok('get', '--json', 'a').json['rev']
        self.ok('import', '-', input=json.dumps({'_id': 'a', '_rev': rev, 'x': 1}) + '\n')

    def test_records(self):
        documents = [{'_id': 'till:1', 'name': 'Front'}, {'_id': 'till:2', 'name': 'back room'},
                     {'_id': 'receipt:1', 'total': 1}, {'_id': 'loose', 'note': 'FRONT door'}]
        self.ok('import', '-', input=self.lines(*documents))
        found = self.ok('records', '--json').json
        self.assertEqual([row['id'] for row in found['records']],
                         ['loose', 'receipt:1', 'till:1', 'till:2'])
        self.assertEqual(list(found['records'][1]), ['id', 'collection', 'state'])
        self.assertEqual(found['records'][1],
                         {'id': 'receipt:1', 'collection': 'receipt', 'state': 'pending'})

        def ids(*options):
            return [row['id'] for row in self.ok('records', '--json', *options).json['records']]
        self.assertEqual(ids('--collection', 'till'), ['till:1', 'till:2'])
        self.assertEqual(ids('--search', 'front'), ['loose', 'till:1'])
        self.assertEqual(ids('--limit', '2', '--offset', '1'), ['receipt:1', 'till:1'])
        self.assertEqual(ids('--limit', '0'), [])
        self.assertEqual(ids('--search', 'nowhere'), [])
        self.assertEqual(len(ids('--problems')), 4)
        self.assertIn('till:2', self.ok('records').out)

    def test_many_pages(self):
        documents = [{'_id': f'n:{number:05}', 'n': number} for number in range(2500)]
        self.ok('import', '-', input=self.lines(*documents))
        found = self.ok('records', '--json').json
        self.assertEqual(found['total'], 2500)
        self.assertEqual([row['id'] for row in found['records']],
                         [document['_id'] for document in documents])

    def test_status(self):
        status = self.ok('status', '--json').json
        self.assertEqual(list(status), rig.STATUS_KEYS)
        self.assertEqual((status['records'], status['pending'], status['conflicts']), (0, 0, 0))
        self.assertEqual(status['grade'], 'none')
        self.assertIsNone(status['last_run'])
        self.ok('put', 'a', input='{}')
        status = self.ok('status', '--json').json
        self.assertEqual((status['records'], status['pending']), (1, 1))
        self.assertTrue(status['oldest_pending'])
        self.assertIn('Waiting to be sent', self.ok('status').out)
        self.assertEqual(self.ok('conflicts', '--json').json, {'conflicts': []})
        self.assertEqual(self.ok('conflicts').out, 'No conflicts.\n')
        self.assertEqual(self.ok('runs', '--json').json, {'runs': []})
        self.assertEqual(list(self.ok('connections', '--json').json), ['connections'])
        self.assertEqual(list(self.ok('why', 'a', '--json').json),
                         ['id', 'state', 'reasons', 'local', 'base', 'server'])
        self.fails(4, answer=self.cli('resolve', 'a', '--take', 'local'))

    def test_pause(self):
        self.ok('--server', f'http://127.0.0.1:{rig.free_port()}/db', 'pause')
        self.assertIn('pause', self.ok('status', '--json').out)
        self.ok('resume')
        self.assertNotIn('pause', self.ok('status', '--json').out)
        self.ok('cancel')

    def test_no_server(self):
        self.fails(2, '--server', answer=self.cli('sync'))

    def test_bad_url(self):
        for url in ('nonsense', 'ftp://x/db', 'http://127.0.0.1:5985/', ''):
            self.fails(4, answer=self.cli('--server', url, 'status'))

    def test_default_store(self):
        """No session bus, no --store: $XDG_DATA_HOME/tallystick/default.tally, for us alone."""
        answer = self.run_cli('put', 'a', input='{}')
        self.assertEqual(answer.code, 0, answer)
        folder = os.path.join(self.env['XDG_DATA_HOME'], 'tallystick')
        path = os.path.join(folder, 'default.tally')
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertEqual(self.run_cli('get', 'a').out, '{"_id":"a"}\n')
        self.assertEqual(self.ok('get', 'a', store=path).out, '{"_id":"a"}\n')

    def test_italian(self):
        """Dots and commas of a locale stay out of what is stored and printed as JSON."""
        locales = os.path.join(self.folder, 'locales')
        os.mkdir(locales)
        made = subprocess.run(['localedef', '-i', 'it_IT', '-f', 'UTF-8',
                               os.path.join(locales, 'it_IT.UTF-8')], capture_output=True, check=False)
        if made.returncode not in (0, 1):
            self.skipTest('no localedef')
        env = {'LOCPATH': locales, 'LC_ALL': 'it_IT.UTF-8', 'LANGUAGE': 'it'}
        self.ok('put', 'n', input='{"a":1.5,"b":1e21,"c":12345678901234567890}', env=env)
        self.assertEqual(self.ok('get', 'n', env=env).out,
                         '{"_id":"n","a":1.5,"b":1e21,"c":12345678901234567890}\n')
        self.assertEqual(list(self.ok('status', '--json', env=env).json), rig.STATUS_KEYS)
        for command in ('status', 'records', 'runs', 'connections', 'conflicts', '--help'):
            self.ok(command, env=env)
        # A locale without UTF-8 does not bend ids.
        self.ok('put', 'é', input='{}', env={'LC_ALL': 'C'})
        self.assertEqual(self.ok('get', 'é', env={'LC_ALL': 'C'}).out, '{"_id":"é"}\n')


class TroubleTest(rig.CliTest):
    """The file is left as it is, whatever is wrong with it."""

    COMMANDS = (('status',), ('records',), ('get', 'a'), ('export',), ('put', 'a'), ('sync',))

    def all_fail(self, *words, **more):
        before = digest(self.store)
        for command in self.COMMANDS:
            answer = self.fails(3, self.store, *words,
                                answer=self.cli(*command, input='{"x":1}', **more))
            self.assertEqual(answer.out, '')
            self.assertEqual(digest(self.store), before, command)

    def test_damaged(self):
        with open(self.store, 'wb') as handle:
            handle.write(b'This is no database at all. ' * 500)
        self.all_fail('damaged')

    def test_other_database(self):
        with sqlite3.connect(self.store) as database:
            database.execute('CREATE TABLE theirs (a)')
        database.close()
        self.all_fail()

    def test_from_the_future(self):
        self.ok('put', 'a', input='{}')
        database = sqlite3.connect(self.store)
        database.execute('PRAGMA user_version = 999')
        database.commit()
        database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        database.close()
        self.all_fail('newer')

    def test_read_only_folder(self):
        folder = os.path.join(self.folder, 'closed')
        os.mkdir(folder)
        self.store = os.path.join(folder, 'a.tally')
        self.ok('put', 'a', input='{}')
        more = {}
        if os.getuid() == 0:
            # Root may write anywhere: be somebody else, with a copy of the program that this one
            # can reach wherever the tree was built.
            self.addCleanup(setattr, rig, 'TALLYCTL', rig.TALLYCTL)
            rig.TALLYCTL = shutil.copy(rig.TALLYCTL, self.folder)
            for path, folders, files in os.walk(self.folder):
                for name in [path] + [os.path.join(path, name) for name in folders + files]:
                    os.chown(name, 65534, 65534)
            more = {'user': 65534, 'group': 65534, 'extra_groups': []}
        for name in os.listdir(folder):
            os.chmod(os.path.join(folder, name), 0o400)
        os.chmod(folder, 0o500)
        try:
            self.all_fail(**more)
            missing = os.path.join(folder, 'new.tally')
            self.fails(3, missing, answer=self.cli('status', store=missing, **more))
        finally:
            os.chmod(folder, 0o700)

    def test_no_folder(self):
        self.fails(3, '/nonexistent/a.tally', answer=self.cli('status', store='/nonexistent/a.tally'))
        os.mkdir(self.store)
        answer = self.cli('status')
        self.assertIn(answer.code, (3, 9), answer)
        self.assertIn('tallyctl: ', answer.err)

    def test_held(self):
        """By a process that can't be talked to: named after ten seconds."""
        self.ok('put', 'a', input='{}')
        before = digest(self.store)
        with open(self.store + '.lock', 'r+', encoding='utf-8') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write(f'{os.getpid()}\n\n')
            lock.flush()
            self.fails(3, str(os.getpid()), answer=self.cli('get', 'a'))
        self.assertEqual(digest(self.store), before)
        self.ok('get', 'a')

    def test_two_at_once(self):
        """Each waits for its turn."""
        self.ok('put', 'a', input='{}')
        several = [subprocess.Popen([rig.TALLYCTL, '--store', self.store, 'put', f'n:{number}'],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, env=self.env)
                   for number in range(8)]
        for process in several:
            process.stdin.write(b'{"x":1}')
            process.stdin.flush()
        ended = [process.communicate(timeout=rig.PATIENCE_S) for process in several]
        self.assertEqual([process.returncode for process in several], [0] * len(several), ended)
        self.assertEqual(self.ok('records', '--json').json['total'], 9)


if __name__ == '__main__':
    rig.main()
