#!/usr/bin/python3
# test-pouch-sync.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""PouchDB replicates with tallystick-server, both ways, live, and everybody ends equal.

    test-pouch-sync.py TALLYSTICK-SERVER

A PouchDB client keeps its own database equal with tallystick-server and with PouchDB Server, while
both servers are edited, forked and deleted from. treediff.py, which knows neither, is the judge.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import peer
import treediff

PROGRAM = sys.argv.pop(1)
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_SECONDS = 120

KEYS = ['plain', 'with space', 'a/b', 'a+b?c&d=e', 'line\nbreak', 'caf\u00e9', 'cafe\u0301',
        '\U0001f600', '"quoted"', 'back\\slash', 'percent%2Fsign'] + [f'doc:{i}' for i in range(30)]
TEXTS = ['', 'text', 'zero\u0000byte', '\u2028', '\U0001f600', '</script>', '\\', '"']


class Tallystick:

    def __init__(self, folder):
        self.process = subprocess.Popen([PROGRAM, '--port', '0', '--data-dir', folder],
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip().rstrip('/')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        self.process.stdout.close()


def ask(method, url, body=None):
    """(status, answer)"""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {'Content-Type': 'application/json'}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def address(database, key):
    return database + '/' + urllib.parse.quote(key, safe='')


class Editor:
    """Somebody who works on a database: from a seed, without looking at anybody else."""

    def __init__(self, database, seed):
        self.database = database
        self.chance = random.Random(seed)
        self.done = {'create': 0, 'edit': 0, 'delete': 0, 'fork': 0, 'lost race': 0}

    def step(self):
        key = self.chance.choice(KEYS)
        status, doc = ask('GET', address(self.database, key) + '?revs=true')
        if status == 404:
            self.write('create', key, {})
        else:
            act = self.chance.choices([self.edit, self.delete, self.fork], [5, 2, 2])[0]
            act(key, doc)

    def body(self):
        return {'n': self.chance.randrange(10 ** 9), 'text': self.chance.choice(TEXTS),
                'list': [None, True, 0.5, {'deep': []}]}

    def write(self, what, key, members):
        status, _ = ask('PUT', address(self.database, key), {**self.body(), **members})
        self.done[what if status in (201, 202) else 'lost race'] += 1

    def edit(self, key, doc):
        self.write('edit', key, {'_rev': doc['_rev']})

    def delete(self, key, doc):
        status, _ = ask('DELETE', address(self.database, key) + '?rev=' + doc['_rev'])
        self.done['delete' if status == 200 else 'lost race'] += 1

    def fork(self, key, doc):
        """A sibling of the winner, or a second root: what another replica might have brought."""
        start, ids = doc['_revisions']['start'], doc['_revisions']['ids']
        ids = [f'{self.chance.getrandbits(128):032x}'] + ids[1:]
        doc = {**self.body(), '_id': key, '_rev': f'{start}-{ids[0]}',
               '_revisions': {'start': start, 'ids': ids}}
        if self.chance.random() < 0.2:
            doc['_deleted'] = True
        status, answer = ask('POST', self.database + '/_bulk_docs',
                             {'docs': [doc], 'new_edits': False})
        assert (status, answer) == (201, []), answer
        self.done['fork'] += 1


class TestPouchSync(unittest.TestCase):

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name
        self.tallystick = Tallystick(os.path.join(self.scratch, 'data'))
        self.addCleanup(self.tallystick.stop)
        self.pouch = peer.PouchServer().start()
        self.addCleanup(self.pouch.stop)
        self.open('shop')

    def open(self, name):
        """Two empty databases, and none in the middle."""
        self.left = f'{self.tallystick.url}/{name}'
        self.right = f'{self.pouch.url}/{name}'
        for database in (self.left, self.right):
            self.assertEqual(ask('PUT', database)[0], 201)
        self.folder = os.path.join(self.scratch, name)
        os.mkdir(self.folder)

    def client(self, mode, *urls):
        return subprocess.Popen(['node', os.path.join(HERE, 'pouch-sync.js'), mode, self.folder,
                                 *urls], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                env=dict(os.environ, NODE_PATH=self.pouch.modules))

    def once(self, *urls):
        output, _ = self.client('once', *urls).communicate(timeout=PATIENCE_SECONDS)
        return [json.loads(line) for line in output.splitlines()]

    def expect_equal(self):
        found = treediff.compare(self.left, self.right)
        self.assertEqual(found, [])

    def await_equal(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while found := treediff.compare(self.left, self.right):
            self.assertLess(time.monotonic(), deadline, found[:20])
            time.sleep(0.1)

    def test_live(self):
        for seed in range(int(os.environ.get('TALLY_SEEDS', '1'))):
            with self.subTest(seed=seed):
                self.open(f'seed{seed}')
                self.live(seed)

    def live(self, seed):
        editors = [Editor(self.left, f'left {seed}'), Editor(self.right, f'right {seed}')]
        chance = random.Random(seed)
        client = self.client('live', self.left, self.right)
        for _ in range(3):
            for _ in range(80):
                chance.choice(editors).step()
            # Nothing is started here: what was done comes over by itself.
            self.await_equal()
        client.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(client.returncode, 0)

        leaves = treediff.read_leaves(self.left)
        self.assertGreater(max(len(revs) for revs in leaves.values()), 1)
        for editor in editors:
            for what in ('create', 'edit', 'delete', 'fork'):
                self.assertGreater(editor.done[what], 0, editor.done)

    def test_once(self):
        docs = [{'_id': f'receipt:{i:05}', 'total': i / 100, 'note': 'x' * 300} for i in range(2500)]
        ask('POST', self.left + '/_bulk_docs', {'docs': docs[:1500]})
        ask('POST', self.right + '/_bulk_docs', {'docs': docs[1500:]})
        # There, here with what came from there, and there again.
        runs = self.once(self.left, self.right, self.left)
        for run in runs:
            self.assertIsNone(run['failed'])
            self.assertEqual(run['push']['doc_write_failures'], 0)
        self.assertEqual(runs[0]['pull']['docs_written'], 1500)
        self.assertEqual(runs[2]['push']['docs_written'], 1000)
        self.expect_equal()

        # Again there is nothing to do, and the checkpoints say so.
        for run in self.once(self.left, self.right):
            self.assertEqual(run['pull']['docs_read'] + run['push']['docs_read'], 0)

    def test_recreated(self):
        """A database that is made anew under the same name gets everything again."""
        ask('PUT', address(self.left, 'old'), {'n': 1})
        self.once(self.left)
        ask('DELETE', self.left)
        ask('PUT', self.left)
        ask('PUT', address(self.left, 'new'), {'n': 2})
        self.once(self.left, self.right)
        self.assertEqual(set(treediff.read_leaves(self.left)), {'old', 'new'})
        self.expect_equal()

    def test_attachment(self):
        """Refused, and said so; never stored without what belongs to it."""
        ask('PUT', address(self.right, 'with'), {'_attachments': {
            'a.txt': {'content_type': 'text/plain', 'data': 'aGVsbG8='}}})
        runs = self.once(self.right, self.left)
        self.assertIsNotNone(runs[1]['failed'])
        self.assertEqual(ask('GET', address(self.left, 'with'))[0], 404)


if __name__ == '__main__':
    try:
        peer.install()
    except peer.Unavailable as error:
        peer.end_unavailable(error)
    unittest.main()
