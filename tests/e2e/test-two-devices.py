#!/usr/bin/python3
# test-two-devices.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two devices that edit the same records: what is merged, what asks a person, what he can say."""

import json

import e2e

RECEIPT = '{"total":12.90,"note":"none","shop":"Via Roma 1","lines":[{"n":1.0}]}'


class TwoDevices(e2e.E2eTest):

    def setUp(self):
        super().setUp()
        self.start_server()
        self.a, self.b = self.device('a'), self.device('b')

    def share(self, **bodies):
        """Records that both devices have."""
        for key, body in bodies.items():
            self.a.put(key, body)
        e2e.settle_down(self.a, self.b)

    def assert_one_leaf(self, key, n_live=1):
        live, _ = e2e.leaves(self.url, key)
        self.assertEqual(len(live), n_live, (key, live))

    def assert_settled(self, key, body):
        """Both devices and the server show this, and nobody is asked any more."""
        e2e.settle_down(self.b, self.a)
        self.assert_agreed(self.a, self.b)
        self.assert_one_leaf(key, 0 if body is None else 1)
        if body is None:
            self.assertIsNone(self.a.get(key))
            self.assertIsNone(self.b.get(key))
        else:
            self.assertEqual(self.a.cli('get', key).out, e2e.export_line(key, body) + '\n')
            self.assertEqual(self.b.conflicts(), {})

    def only_conflict(self, device, key, kind):
        """The conflict of a record, after a run that says of it but succeeds."""
        run = device.sync()
        self.assertEqual(run['status'], 'success')
        self.assertEqual(run['conflicts'], {'detected': 1, 'auto_resolved': 0, 'needs_user': 1})
        self.assertEqual(run['records']['held'], 1)
        conflicts = device.conflicts()
        self.assertEqual(list(conflicts), [key])
        conflict = conflicts[key]
        self.assertEqual((conflict['kind'], conflict['collection']), (kind, 'db'))
        self.assertEqual(device.status()['conflicts'], 1)
        # Nothing of the open side leaves: a second run sends nothing.
        self.assertEqual(device.sync()['records']['pushed'], 0)
        return conflict


class TestMerge(TwoDevices):

    def test_different_members(self):
        self.share(r=RECEIPT)
        self.a.put('r', RECEIPT.replace('12.90', '13.00'))
        self.b.put('r', RECEIPT.replace('none', 'paid').replace('}]}', '}],"new":[]}'))
        self.a.sync()
        run = self.b.sync()
        self.assertEqual(run['conflicts'], {'detected': 1, 'auto_resolved': 1, 'needs_user': 0})
        self.assertEqual(run['status'], 'success')
        self.assert_settled('r', '{"total":13.00,"note":"paid","shop":"Via Roma 1",'
                                 '"lines":[{"n":1.0}],"new":[]}')

    def test_same_edit(self):
        """The same edit on two devices is one revision; the same value written otherwise is
        merged without a person."""
        self.share(r=RECEIPT, s=RECEIPT)
        for device, text in ((self.a, '13.5'), (self.b, '1.350e1')):
            device.put('r', RECEIPT.replace('12.90', '13.5'))
            device.put('s', RECEIPT.replace('12.90', text))
        self.a.sync()
        run = self.b.sync()
        self.assertEqual(run['conflicts'], {'detected': 1, 'auto_resolved': 1, 'needs_user': 0})
        self.assertEqual(len(set(e2e.leaves(self.url, 'r')[0][0]['_rev'].split())), 1)
        self.assert_settled('r', RECEIPT.replace('12.90', '13.5'))
        self.assert_settled('s', RECEIPT.replace('12.90', '13.5'))

    def test_both_deleted(self):
        self.share(r=RECEIPT)
        self.a.delete('r')
        self.b.delete('r')
        self.a.sync()
        self.assertEqual(self.b.sync()['conflicts']['needs_user'], 0)
        self.assert_settled('r', None)

    def test_both_created_alike(self):
        self.a.put('r', RECEIPT)
        self.b.put('r', RECEIPT)
        self.a.sync()
        self.assertEqual(self.b.sync()['conflicts']['detected'], 0)
        self.assert_settled('r', RECEIPT)

    def test_many_at_once(self):
        """Merges and conflicts in one run are counted apart, and each lands where it belongs."""
        keys = [f'k{number:03}' for number in range(90)]
        self.a.ask_nothing()
        self.b.ask_nothing()
        self.share(**{key: '{"x":0,"y":0}' for key in keys})
        for number, key in enumerate(keys):
            self.a.put(key, '{"x":1,"y":0}')
            self.b.put(key, ('{"x":0,"y":1}', '{"x":2,"y":0}', '{"x":1,"y":0}')[number % 3])
        self.a.sync()
        run = self.b.sync()
        self.assertEqual(run['conflicts'], {'detected': 60, 'auto_resolved': 30, 'needs_user': 30})
        self.assertEqual(list(self.b.conflicts()), keys[1::3])
        for key in keys[1::3]:
            self.b.resolve(key, '--take', 'local')
        e2e.settle_down(self.b, self.a)
        self.assert_agreed(self.a, self.b)
        expected = ('{"x":1,"y":1}', '{"x":2,"y":0}', '{"x":1,"y":0}')
        self.assertEqual(self.a.export(), ''.join(
            e2e.export_line(key, expected[number % 3]) + '\n' for number, key in enumerate(keys)))


class TestEditConflict(TwoDevices):

    def setUp(self):
        super().setUp()
        self.share(r=RECEIPT)
        self.a.put('r', '{"total":13.00,"note":"A","shop":"Via Roma 2","lines":[{"n":1.0}]}')
        self.b.put('r', '{"total":14.00,"note":"B","shop":"Via Roma 1","lines":[]}')
        self.a.sync()
        self.conflict = self.only_conflict(self.b, 'r', 'edit')

    def test_listed(self):
        fields = {field['pointer']: field for field in self.conflict['fields']}
        self.assertEqual(fields['/total'], {'pointer': '/total', 'before': 12.9, 'local': 14.0,
                                            'server': 13.0})
        self.assertEqual(fields['/note'], {'pointer': '/note', 'before': 'none', 'local': 'B',
                                           'server': 'A'})
        self.assertEqual(json.loads(RECEIPT), self.conflict['base'])
        self.assertEqual(self.conflict['local']['note'], 'B')
        self.assertEqual(self.conflict['server']['note'], 'A')
        # Numbers as they were written, not as somebody's double.
        raw = self.b.cli('conflicts', '--json').out
        for text in ('"before":12.90', '"local":14.00', '"server":13.00'):
            self.assertIn(text, raw)
        person = self.b.cli('conflicts', 'r').out
        for text in ('/total', '/note', '12.90', '13.00', '14.00', 'tallyctl resolve'):
            self.assertIn(text, person)
        # What only one side changed is decided and not asked.
        self.assertNotIn('/shop', person)

    def test_fields(self):
        self.b.resolve('r', '--field', '/total=server', '--field', '/note=local')
        self.assert_settled(
            'r', '{"total":13.00,"note":"B","shop":"Via Roma 2","lines":[]}')

    def test_value(self):
        self.b.resolve('r', '--value', '/total=13.30', '--value', '/note={"by": "è\\u00e8"}')
        self.assert_settled('r', '{"total":13.30,"note":{"by":"è\\u00e8"},"shop":"Via Roma 2",'
                                 '"lines":[]}')

    def test_before(self):
        self.b.resolve('r', '--field', '/total=base', '--field', '/note=server')
        self.assert_settled('r', '{"total":12.90,"note":"A","shop":"Via Roma 2","lines":[]}')

    def test_take(self):
        for take in ('local', 'server', 'base'):
            with self.subTest(take):
                body = {'local': '{"total":14.00,"note":"B","shop":"Via Roma 1","lines":[]}',
                        'server': '{"total":13.00,"note":"A","shop":"Via Roma 2",'
                                  '"lines":[{"n":1.0}]}',
                        'base': RECEIPT}[take]
                if not self.b.conflicts():
                    self.a.put('r', RECEIPT)
                    e2e.settle_down(self.a, self.b)
                    self.a.put('r', '{"total":13.00,"note":"A","shop":"Via Roma 2",'
                                    '"lines":[{"n":1.0}]}')
                    self.b.put('r', '{"total":14.00,"note":"B","shop":"Via Roma 1","lines":[]}')
                    self.a.sync()
                    self.only_conflict(self.b, 'r', 'edit')
                self.b.resolve('r', '--take', take)
                self.assert_settled('r', body)

    def test_undecided(self):
        """Half an answer is none: the message names what is left, the conflict stays."""
        answer = self.b.resolve('r', '--field', '/total=server', code=4)
        self.assertIn('/note', answer.err)
        self.b.resolve('r', '--take', '7', code=4)
        self.b.resolve('other', '--take', 'local', code=4)
        self.assertEqual(list(self.b.conflicts()), ['r'])

    def test_edit_while_open(self):
        """The local side goes on being edited; the choice is made about what is there then."""
        self.b.put('r', '{"total":15.00,"note":"B","shop":"Via Roma 1","lines":[]}')
        self.b.sync()
        self.assertEqual(self.b.conflicts()['r']['local']['total'], 15)
        self.b.resolve('r', '--field', '/total=local', '--field', '/note=server')
        self.assert_settled('r', '{"total":15.00,"note":"A","shop":"Via Roma 2","lines":[]}')

    def test_server_moves_while_open(self):
        self.a.put('r', '{"total":13.00,"note":"A2","shop":"Via Roma 2","lines":[{"n":1.0}]}')
        self.a.sync()
        self.b.sync()
        self.assertEqual(self.b.conflicts()['r']['server']['note'], 'A2')
        self.b.resolve('r', '--field', '/total=local', '--field', '/note=server')
        self.assert_settled('r', '{"total":14.00,"note":"A2","shop":"Via Roma 2","lines":[]}')

    def test_race_after_settling(self):
        """The server's side moves on between the choice and its sending: asked again or merged,
        never lost."""
        self.b.resolve('r', '--field', '/total=local', '--field', '/note=local')
        self.a.put('r', '{"total":13.00,"note":"A","shop":"Via Roma 3","lines":[{"n":1.0}]}')
        self.a.sync()
        self.assertEqual(self.b.sync()['conflicts']['needs_user'], 0)
        self.assert_settled('r', '{"total":14.00,"note":"B","shop":"Via Roma 3","lines":[]}')

    def test_closes_itself(self):
        """The other device writes what is here: nobody needs to choose any more."""
        self.a.put('r', '{"total":14.00,"note":"B","shop":"Via Roma 1","lines":[]}')
        self.a.sync()
        run = self.b.sync()
        self.assertEqual(run['conflicts']['needs_user'], 0)
        self.assert_settled('r', '{"total":14.00,"note":"B","shop":"Via Roma 1","lines":[]}')


class TestDeletion(TwoDevices):

    EDITED = RECEIPT.replace('none', 'edited')

    def check(self, deleter, editor, take, body):
        """The deletion was there first; or here, whoever syncs first."""
        self.share(r=RECEIPT)
        deleter.delete('r')
        editor.put('r', self.EDITED)
        self.a.sync()
        conflict = self.only_conflict(self.b, 'r', 'delete')
        self.assertEqual(conflict['base'], json.loads(RECEIPT))
        deleted, edited = ('local', 'server') if deleter is self.b else ('server', 'local')
        self.assertIsNone(conflict[deleted])
        self.assertEqual(conflict[edited], json.loads(self.EDITED))
        # The version that is not there is still not there, and the other still is.
        self.assertEqual(self.b.get('r') is None, deleter is self.b)
        self.b.resolve('r', '--take', take)
        self.assert_settled('r', body)

    def test_here_and_keep(self):
        self.check(self.b, self.a, 'server', self.EDITED)

    def test_here_and_delete(self):
        self.check(self.b, self.a, 'local', None)

    def test_there_and_keep(self):
        self.check(self.a, self.b, 'local', self.EDITED)

    def test_there_and_delete(self):
        self.check(self.a, self.b, 'server', None)

    def test_back_to_before(self):
        self.check(self.a, self.b, 'base', RECEIPT)

    def test_made_again(self):
        """A deleted record is created again and again, on either device."""
        self.share(r=RECEIPT)
        for number, device in enumerate((self.a, self.b, self.a)):
            device.delete('r')
            e2e.settle_down(device, self.a, self.b)
            self.assertIsNone(self.a.get('r'))
            self.assertIsNone(self.b.get('r'))
            device.put('r', {'again': number})
            e2e.settle_down(device, self.a, self.b)
            self.assertEqual(self.b.get('r'), {'again': number})
        self.assert_agreed(self.a, self.b)
        self.assert_one_leaf('r')


class TestCreateConflict(TwoDevices):

    def test_fields(self):
        self.a.put('r', '{"same":1.0,"x":"A","only a":1}')
        self.b.put('r', '{"same":1,"x":"B","only b":2}')
        self.a.sync()
        conflict = self.only_conflict(self.b, 'r', 'create')
        self.assertIsNone(conflict['base'])
        pointers = [field['pointer'] for field in conflict['fields']]
        self.assertIn('/x', pointers)
        self.assertNotIn('/same', pointers)
        choices = []
        for pointer in pointers:
            choices += ['--field', f'{pointer}={"local" if "b" in pointer else "server"}']
        self.b.resolve('r', *choices)
        self.assert_settled('r', '{"same":1.0,"x":"A","only a":1,"only b":2}')

    def test_take(self):
        for take, body in (('local', '{"x":"B"}'), ('server', '{"x":"A"}')):
            key = f'by-{take}'
            self.a.put(key, '{"x":"A"}')
            self.b.put(key, '{"x":"B"}')
            self.a.sync()
            self.only_conflict(self.b, key, 'create')
            self.b.resolve(key, '--take', take)
            self.assert_settled(key, body)


if __name__ == '__main__':
    e2e.main()
