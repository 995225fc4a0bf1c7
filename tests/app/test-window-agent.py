#!/usr/bin/python3
# test-window-agent.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The window on the real thing: server, agent, two stores, one conflict.

    tests/app/xrun tests/app/test-window-agent.py WINDOW AGENT TALLYCTL SERVER

start, sync, open a conflict, choose fields by keyboard, apply; then the store and, after the next
run, the server's other client must hold exactly the chosen values. Prints TAP.
"""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from window_driver import Window, wait_for  # noqa: E402

RECORD = 'receipt:R-1042'
BEFORE = '{"customer":"Bianchi","total":12.50,"note":"tavolo 4","sequence":12345678901234567890}'
HERE = '{"customer":"Bianchi","total":12.90,"note":"pagato","sequence":12345678901234567890}'
THERE = '{"customer":"Rossi","total":13.10,"note":"tavolo 7","sequence":12345678901234567890}'
CHOSEN = ('{"_id":"receipt:R-1042","customer":"Rossi","total":13.10,"note":"pagato, tavolo 7",'
          '"sequence":12345678901234567890}')


class Rig:
    def __init__(self, window, agent, ctl, server, place):
        self.programs = window, agent, ctl
        self.place = place
        self.here = os.path.join(place, 'here.db')
        self.there = os.path.join(place, 'there.db')
        self.processes = []
        self.server = self.start([server, '--port', '0', '--data-dir', os.path.join(place, 'data')],
                                 stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().split()[-1].rstrip('/') + '/receipts'

    def start(self, command, **arguments):
        process = subprocess.Popen(command, **arguments)
        self.processes.append(process)
        return process

    def ctl(self, store, *arguments, text=None):
        done = subprocess.run([self.programs[2], '--store', store, *arguments], input=text,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError('tallyctl %s: %s' % (' '.join(arguments), done.stderr))
        return done.stdout

    def put(self, store, body):
        self.ctl(store, 'put', RECORD, text=body)

    def make_conflict(self):
        subprocess.run(['curl', '-sf', '-X', 'PUT', self.url], stdout=subprocess.DEVNULL)
        self.put(self.here, BEFORE)
        self.ctl(self.here, '--server', self.url, 'sync')
        self.ctl(self.there, '--server', self.url, 'sync')
        self.put(self.there, THERE)
        self.ctl(self.there, 'sync')
        self.put(self.here, HERE)

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


def path(rig):
    window_program, agent, _ = rig.programs
    rig.make_conflict()
    yield 'a conflict between two devices'

    rig.start([agent, '--store', rig.here, '--interval', '0'])
    window = Window([window_program])
    rig.processes.append(window.process)
    yield 'start'

    window.press('push button', 'Sync Now')
    wait_for(lambda: json.loads(rig.ctl(rig.here, 'status', '--json'))['conflicts'] == 1,
             'the run to find the conflict')
    yield 'sync'

    window.key('ctrl+3')
    window.wait_focus(lambda name: name.startswith(RECORD), 'the conflict in the queue')
    window.key('Return')
    window.wait_focus(lambda name: 'Undecided' in name, 'the first undecided field')
    yield 'open'

    # The server's total, a note of one's own; the customer changed there only and is decided.
    for left in (1, 0):
        focus = window.focused().get_name()
        if focus.startswith('total'):
            window.key('alt+3')
            window.wait_focus(lambda name: 'Result 13.10' in name, 'the total to be chosen')
        else:
            window.key('F2', 'ctrl+a')
            window.type('"pagato, tavolo 7"')
            window.key('Return')
            window.wait_focus(lambda name: 'Result "pagato, tavolo 7"' in name, 'the note')
        if left:
            window.key('n')
            window.wait_focus(lambda name: 'Undecided' in name, 'the second undecided field')
    yield 'choose'

    window.key('ctrl+Return')
    window.find('label', lambda name: name == 'No Conflicts', 'an empty queue')
    got = rig.ctl(rig.here, 'get', RECORD).rstrip('\n')
    same(got, CHOSEN)
    yield 'apply: the store holds exactly what was chosen'

    rig.ctl(rig.here, 'sync')
    rig.ctl(rig.there, 'sync')
    same(rig.ctl(rig.there, 'get', RECORD).rstrip('\n'), got)
    same(json.loads(rig.ctl(rig.there, 'conflicts', '--json'))['conflicts'], [])
    yield 'the other device has it too'

    status = window.end()
    same(status, 0)
    yield 'end'


def same(got, expected):
    if got != expected:
        raise AssertionError('%r is not %r' % (got, expected))


def main():
    number = 0
    with tempfile.TemporaryDirectory() as place:
        rig = Rig(*sys.argv[1:], place)
        try:
            for number, name in enumerate(path(rig), 1):
                print('ok %d %s' % (number, name), flush=True)
        except AssertionError as error:
            print('not ok %d\n# %s' % (number + 1, error), flush=True)
            return 1
        finally:
            rig.end()
    print('1..%d' % number)
    return 0


if __name__ == '__main__':
    sys.exit(main())
