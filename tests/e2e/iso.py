# iso.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""All of Debian's iso-codes: server → device → edits on two devices → server → devices.

The same on every server: a test has a url and device() and calls check_all_records()."""

import json
import os
import subprocess

import e2e

RECORDS = os.path.join(e2e.ROOT, 'build-aux', 'iso-records')
FOLDER = '/usr/share/iso-codes/json'
BATCH = 1000


def need():
    """Before a test's main: without the package nothing can be tested."""
    if not os.path.isdir(FOLDER):
        e2e.end_missing('iso-codes is not installed')


class IsoScenario:

    # How a number is written that must come back so.
    NUMBER = '{}.0'

    def load(self):
        """All records into the server by plain HTTP; their lines."""
        text = subprocess.run([RECORDS], check=True, stdout=subprocess.PIPE).stdout.decode()
        lines = text.splitlines()
        for start in range(0, len(lines), BATCH):
            docs = ','.join(lines[start:start + BATCH])
            status, answer = e2e.request('POST', f'{self.url}/_bulk_docs', f'{{"docs":[{docs}]}}')
            self.assertEqual(status, 201, answer[:500])
        return lines, text

    def edit(self, device, lines, which):
        """One import: every 40th record changed; then some deleted and some made by hand."""
        changed = []
        for line in lines[which::40]:
            record = json.loads(line)
            record['seen_by'] = which
            changed.append(json.dumps(record, ensure_ascii=False))
        answer = device.import_text('\n'.join(changed) + '\n').json
        self.assertEqual(answer, {'created': 0, 'changed': len(changed), 'unchanged': 0})

        ids = [json.loads(line)['_id'] for line in lines[which + 7::2000]]
        for key in ids:
            device.delete(key)
        for number in range(3):
            text = self.NUMBER.format(number)
            device.put(f'made:{which}-{number}', f'{{"n": {text}, "by":"{which} è"}}')
        return len(changed), len(ids)

    def check_all_records(self):
        lines, text = self.load()
        self.assertGreater(len(lines), 14000)
        a, b = self.device('a'), self.device('b')

        run = a.sync()
        self.assertEqual(run['status'], 'success')
        self.assertEqual(run['operation'], 'full')
        self.assertEqual(run['grade'], 'checked')
        self.assertEqual(run['records']['pulled'], len(lines))
        self.assert_same_text(a.export(), text, 'the device and what was loaded')
        b.sync()
        self.assert_agreed(a, b)

        n_changed, n_deleted = self.edit(a, lines, 1)
        n_changed_there, _ = self.edit(b, lines, 2)
        run = a.sync()
        self.assertEqual(run['operation'], 'delta')
        self.assertEqual(run['records']['pushed'], n_changed + n_deleted + 3)
        self.assertEqual(run['records']['deleted'], n_deleted)
        e2e.settle_down(b, a)

        self.assert_agreed(a, b)
        made = f'{{"_id":"made:2-0","n":{self.NUMBER.format(0)},"by":"2 è"}}\n'
        self.assertIn(made, a.export())
        self.assertEqual(sum(run['conflicts']['needs_user'] for run in a.runs + b.runs), 0)
        self.assertEqual(a.export().count('"seen_by":'), n_changed + n_changed_there)
