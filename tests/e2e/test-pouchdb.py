#!/usr/bin/python3
# test-pouchdb.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main job against PouchDB Server, with PouchDB clients on the other side.

Numbers that JavaScript bends (1.0, large integers) have no place here: test-odd-bodies has them.
"""

import base64
import json
import os
import subprocess

import e2e
import iso
import peer
import rig


class PouchClient:
    """A PouchDB of its own that replicates with the server when it is told to."""

    def __init__(self, test, name):
        self.test = test
        self.folder = os.path.join(test.folder, f'pouch-{name}')

    def do(self, *operations):
        """The answers, one for each [operation, argument…]."""
        result = subprocess.run(
            ['node', os.path.join(e2e.HERE, 'pouch-client.js'), self.folder, self.test.url],
            input=json.dumps(operations).encode(), stdout=subprocess.PIPE, check=True,
            timeout=rig.PATIENCE_S,
            env=dict(os.environ, NODE_PATH=self.test.server.modules))
        return json.loads(result.stdout)


class PouchTest(e2e.E2eTest):

    @classmethod
    def setUpClass(cls):
        cls.server = peer.PouchServer().start()
        cls.addClassCleanup(cls.server.stop)
        cls.n_databases = 0

    def setUp(self):
        super().setUp()
        type(self).n_databases += 1
        name = f'{type(self).__name__.lower()}{self.n_databases}'
        self.assertEqual(self.server.request('PUT', f'/{name}')[0], 201)
        self.url = f'{self.server.url}/{name}'
        self.a, self.b = self.device('a'), self.device('b')
        self.client = PouchClient(self, 'client')

    def tearDown(self):
        # Some requests end a PouchDB Server; none of ours may.
        self.assertEqual(self.server.n_crashes, 0)

    def revision(self, device, key):
        return device.cli('get', key, '--json').json['rev']

    def assert_one_leaf(self, key, n_live=1):
        live, _ = e2e.leaves(self.url, key)
        self.assertEqual(len(live), n_live, (key, live))


class TestIso(iso.IsoScenario, PouchTest):

    NUMBER = '{}'

    def test_all_records(self):
        self.check_all_records()


class TestExchange(PouchTest):

    def test_our_edits(self):
        """A PouchDB client sees what we wrote under the names that we gave."""
        self.a.put('edited', {'n': 1, 'text': 'è\u0000🧾', 'nest': [{'x': None}]})
        self.a.put('deleted', {'n': 1})
        self.a.put('kept', {'n': 1})
        self.a.sync()
        first = self.revision(self.a, 'edited')
        self.a.put('edited', {'n': 2, 'text': 'è\u0000🧾', 'nest': [{'x': None}]})
        self.a.delete('deleted')
        self.a.put('created/ß', {'n': 3})
        self.a.sync()

        _, edited, kept, created, deleted, tombs = self.client.do(
            ['pull'], ['get', 'edited', {'revs': True}], ['get', 'kept'], ['get', 'created/ß'],
            ['get', 'deleted'], ['leaves', 'deleted'])
        self.assertEqual(edited['_rev'], self.revision(self.a, 'edited'))
        self.assertEqual((edited['n'], edited['text'], edited['nest']),
                         (2, 'è\u0000🧾', [{'x': None}]))
        self.assertEqual(edited['_revisions'],
                         {'start': 2, 'ids': [edited['_rev'][2:], first[2:]]})
        self.assertEqual(kept['_rev'], self.revision(self.a, 'kept'))
        self.assertEqual(created['_rev'], self.revision(self.a, 'created/ß'))
        self.assertEqual((deleted['status'], deleted['reason']), (404, 'deleted'))
        self.assertEqual([leaf['deleted'] for leaf in tombs], [True])

    def test_their_edits(self):
        """And we theirs: edits, deletions, a record made again, on a clean and on a dirty one."""
        self.client.do(['put', {'_id': 'x', 'p': 0, 'q': 0}], ['put', {'_id': 'y', 'p': 0}],
                       ['push'])
        self.a.sync()
        self.assertEqual(self.a.get('x'), {'p': 0, 'q': 0})
        self.client.do(['put', {'_id': 'x', 'p': 1, 'q': 0}], ['remove', 'y'], ['push'])
        self.a.put('x', {'p': 0, 'q': 1})
        run = self.a.sync()
        self.assertEqual(run['conflicts'], {'detected': 1, 'auto_resolved': 1, 'needs_user': 0})
        self.assertEqual(self.a.get('x'), {'p': 1, 'q': 1})
        self.assertIsNone(self.a.get('y'))

        answers = self.client.do(['pull'], ['get', 'x'], ['put', {'_id': 'y', 'p': 2}], ['push'])
        self.assertEqual((answers[1]['p'], answers[1]['q']), (1, 1))
        self.assertEqual(answers[1]['_rev'], self.revision(self.a, 'x'))
        e2e.settle_down(self.a, self.b)
        self.assertEqual(self.b.get('y'), {'p': 2})
        self.assert_agreed(self.a, self.b)

    def test_tombstones(self):
        """Deleted on each side, and edit against deletion settled both ways."""
        for key in ('a', 'b', 'c', 'd'):
            self.a.put(key, {'n': 0})
        self.a.sync()
        self.client.do(['pull'], ['remove', 'a'], ['put', {'_id': 'b', 'n': 1}], ['remove', 'c'],
                       ['remove', 'd'], ['push'])
        self.a.delete('a')
        self.a.delete('b')
        self.a.put('c', {'n': 2})
        self.a.put('d', {'n': 2})
        self.a.sync()
        conflicts = self.a.conflicts()
        self.assertEqual({key: conflict['kind'] for key, conflict in conflicts.items()},
                         {'b': 'delete', 'c': 'delete', 'd': 'delete'})
        self.a.resolve('b', '--take', 'local')
        self.a.resolve('c', '--take', 'local')
        self.a.resolve('d', '--take', 'server')
        e2e.settle_down(self.a, self.b)
        self.assert_agreed(self.a, self.b)
        for key, n_live in (('a', 0), ('b', 0), ('c', 1), ('d', 0)):
            self.assert_one_leaf(key, n_live)
        answers = self.client.do(['pull'], ['get', 'b'], ['get', 'c'], ['get', 'd'])
        self.assertEqual(answers[1]['status'], 404)
        self.assertEqual(answers[2]['n'], 2)
        self.assertEqual(answers[3]['status'], 404)

    def test_attachments(self):
        """A record with an attachment: shown without it, edited, and the bytes are still there."""
        content = bytes(range(256)) * 40
        encoded = base64.b64encode(content).decode()
        self.client.do(['put', {'_id': 'r', 'n': 0}],
                       ['attach', 'r', 'scan è.png', 'image/png', encoded], ['push'])
        self.a.sync()
        self.assertEqual(self.a.get('r'), {'n': 0})
        self.a.put('r', {'n': 1})
        run = self.a.sync()
        self.assertEqual((run['status'], run['records']['pushed']), ('success', 1))
        self.b.sync()
        self.b.put('r', {'n': 2})
        self.b.sync()
        e2e.settle_down(self.a, self.b)
        self.assert_agreed(self.a, self.b)

        other = PouchClient(self, 'other')
        _, document, bytes_ = other.do(['pull'], ['get', 'r'], ['attachment', 'r', 'scan è.png'])
        self.assertEqual(document['n'], 2)
        self.assertEqual(document['_rev'], self.revision(self.a, 'r'))
        self.assertEqual(document['_attachments']['scan è.png']['content_type'], 'image/png')
        self.assertEqual(base64.b64decode(bytes_), content)
        self.assert_one_leaf('r')

    def test_attachments_conflict(self):
        """Attachments that differ are nothing to merge: one whole version is taken."""
        one = base64.b64encode(b'one' * 100).decode()
        self.client.do(['put', {'_id': 'r', 'n': 0}], ['push'])
        self.a.sync()
        self.client.do(['attach', 'r', 'x', 'text/plain', one], ['push'])
        self.a.put('r', {'n': 1})
        self.a.sync()
        conflict = self.a.conflicts()['r']
        self.assertEqual(conflict['kind'], 'attachments')
        self.a.resolve('r', '--take', 'server')
        e2e.settle_down(self.a, self.b)
        self.assert_agreed(self.a, self.b)
        self.assert_one_leaf('r')
        _, bytes_ = PouchClient(self, 'other').do(['pull'], ['attachment', 'r', 'x'])
        self.assertEqual(bytes_, one)

    def test_unreadable_id(self):
        """An id that cannot be an id here is named and counted; the others come."""
        documents = [{'_id': 'a\u0000b', 'n': 1}, {'_id': 'fine', 'n': 2}]
        status, _ = e2e.request('POST', f'{self.url}/_bulk_docs', {'docs': documents})
        self.assertEqual(status, 201)
        run = self.a.sync(code=1)
        self.assertEqual(run['status'], 'partial')
        self.assertEqual((run['records']['failed'], run['records']['pulled']), (1, 1))
        self.assertEqual(self.a.get('fine'), {'n': 2})


class TestForks(PouchTest):

    BASE = {'total': 1, 'note': 'base', 'shop': 'one'}
    LEFT = {'total': 2, 'note': 'left', 'shop': 'one'}
    RIGHT = {'total': 3, 'note': 'right', 'shop': 'two'}

    def fork(self, *sides, ours=False):
        """Sides that were made apart from each other on one base, all on the server."""
        self.client.do(['put', {'_id': 'r', **self.BASE}], ['push'])
        self.a.sync()
        clients = [PouchClient(self, f'side{number}') for number in range(len(sides))]
        for client in clients[ours:]:
            client.do(['pull'])
        for client, side in zip(clients[ours:], sides[ours:]):
            client.do(['put' if side else 'remove', {'_id': 'r', **side} if side else 'r'])
        if ours:
            self.a.put('r', sides[0])
            self.a.sync()
        for client in clients[ours:]:
            client.do(['push'])
        self.a.sync()

    def only_conflict(self, n_versions):
        live, _ = e2e.leaves(self.url, 'r')
        self.assertEqual(len(live), n_versions)
        conflicts = self.a.conflicts()
        self.assertEqual(list(conflicts), ['r'])
        conflict = conflicts['r']
        self.assertEqual(conflict['kind'], 'fork')
        self.assertEqual(len(conflict['versions']), n_versions)
        self.assertEqual({version['rev'] for version in conflict['versions']},
                         {leaf['_rev'] for leaf in live})
        winner = json.loads(e2e.request('GET', f'{self.url}/r')[1])
        self.assertEqual(conflict['versions'][0]['rev'], winner['_rev'])
        self.assertEqual(self.a.status()['conflicts'], 1)
        return conflict

    def assert_settled(self, body):
        e2e.settle_down(self.a, self.b)
        self.assert_agreed(self.a, self.b)
        self.assert_one_leaf('r', 0 if body is None else 1)
        self.assertEqual(self.b.get('r'), body)
        _, document, leaves = PouchClient(self, 'witness').do(['pull'], ['get', 'r'],
                                                              ['leaves', 'r'])
        self.assertEqual(sum(not leaf['deleted'] for leaf in leaves), 0 if body is None else 1)
        if body is not None:
            self.assertEqual({name: document[name] for name in body}, body)
            self.assertEqual(document['_rev'], self.revision(self.a, 'r'))

    def check_take(self, number, ours):
        self.fork(self.LEFT, self.RIGHT, ours=ours)
        version = self.only_conflict(2)['versions'][number - 1]
        self.a.resolve('r', '--take', str(number))
        self.assert_settled(version['body'])

    def test_take_1(self):
        self.check_take(1, ours=False)

    def test_take_2(self):
        self.check_take(2, ours=False)

    def test_take_1_of_ours(self):
        self.check_take(1, ours=True)

    def test_take_2_of_ours(self):
        self.check_take(2, ours=True)

    def test_fields(self):
        self.fork(self.LEFT, self.RIGHT)
        conflict = self.only_conflict(2)
        fields = {field['pointer']: field for field in conflict['fields']}
        for pointer in ('/total', '/note'):
            name = pointer[1:]
            self.assertEqual({fields[pointer]['local'], fields[pointer]['server']},
                             {self.LEFT[name], self.RIGHT[name]})
            self.assertEqual(fields[pointer]['before'], self.BASE[name])
        # Only one version moved the shop: that is known, so nobody has to say.
        self.a.resolve('r', '--field', '/total=server', '--value', '/note="both"')
        self.assert_settled({'total': fields['/total']['server'], 'note': 'both',
                             'shop': self.RIGHT['shop']})

    def test_merged_without_a_person(self):
        self.fork(dict(self.BASE, total=2), dict(self.BASE, note='right'))
        self.assertEqual(self.a.conflicts(), {})
        self.assertEqual(sum(run['conflicts']['auto_resolved'] for run in self.a.runs), 1)
        self.assert_settled({'total': 2, 'note': 'right', 'shop': 'one'})

    def test_three(self):
        self.fork(self.LEFT, self.RIGHT, dict(self.BASE, total=4, note='third'))
        versions = self.only_conflict(3)['versions']
        self.a.resolve('r', '--take', '3')
        self.assert_settled(versions[2]['body'])

    def test_one_deleted(self):
        """A deleted branch beside a live one is no fork: CouchDB's users see the live one."""
        self.fork(self.LEFT, None)
        self.assert_settled(self.LEFT)

    def test_stale_choice(self):
        """A third version arrives after the choice: it is asked about, not swept away."""
        self.fork(self.LEFT, self.RIGHT)
        late = PouchClient(self, 'late')
        late.do(['pull'])
        self.only_conflict(2)
        self.a.resolve('r', '--take', '1')
        late.do(['put', {'_id': 'r', **dict(self.BASE, note='late')}], ['push'])
        self.a.sync()
        documents = [leaf['note'] for leaf in e2e.leaves(self.url, 'r')[0]]
        self.assertTrue('late' in documents or self.a.conflicts() == {}, documents)
        if self.a.conflicts():
            self.a.resolve('r', '--take', '1')
        e2e.settle_down(self.a, self.b)
        self.assert_agreed(self.a, self.b)
        self.assert_one_leaf('r')

    def test_two_devices_settle(self):
        """Both settle the same fork: alike is one revision, otherwise it is asked again."""
        self.fork(self.LEFT, self.RIGHT)
        self.b.sync()
        for device in (self.a, self.b):
            device.resolve('r', '--take', '2')
        self.assertEqual(self.revision(self.a, 'r'), self.revision(self.b, 'r'))
        e2e.settle_down(self.a, self.b)
        self.assert_agreed(self.a, self.b)
        self.assert_one_leaf('r')


if __name__ == '__main__':
    try:
        peer.install()
    except peer.Unavailable as error:
        peer.end_unavailable(error)
    iso.need()
    e2e.main()
