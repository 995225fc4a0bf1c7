#!/usr/bin/python3
# test-window.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The window against a pretended agent, by keyboard and accessibility alone:

    tests/app/xrun tests/app/test-window.py WINDOW INTERFACE.xml

starts, synchronizes, opens conflicts, decides field by field, enters a value, undoes, meets a
record that moved meanwhile, takes a whole version; then the calls that the agent saw must be
exactly what was chosen. Prints TAP.
"""

import json
import os
import subprocess
import sys

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from window_driver import FakeAgent, Window, pump, wait_for, walk  # noqa: E402

FOLDER = os.path.dirname(os.path.abspath(__file__))

# What a screen reader says for a widget nobody named.
TYPE_NAMES = ('Gtk', 'Adw', 'Tally')


def starts(text):
    return lambda name: name.startswith(text)


class Path:
    """One window from start to end."""

    ARGUMENTS = ['--scenario', 'conflicts', '--records', '1000000']
    STEPS = ['overview', 'sync', 'records', 'open', 'decide', 'enter', 'apply', 'stale', 'whole',
             'skip', 'names', 'lost', 'end']

    def __init__(self, command, xml):
        self.agent = FakeAgent(FOLDER, xml, *self.ARGUMENTS)
        self.window = Window(command)

    def describe(self):
        """What there was to see when a step failed."""
        picture = os.environ.get('TALLY_PICTURES')
        if picture:
            subprocess.run(['import', '-window', 'root', os.path.join(picture, 'failed.png')])
        try:
            focus = self.window.focused()
            print('# focus: %s %r' % (focus.get_role_name(), focus.get_name()) if focus else '# none')
        except GLib.Error as error:
            print('# ' + error.message)

    def calls(self):
        return json.loads(self.agent.call('Calls').unpack()[0])

    def test_overview(self):
        window = self.window
        window.see('Records were changed here and on the server: 5')
        window.see('For each one, choose what to keep.')

    def test_sync(self):
        self.window.press('push button', 'Sync Now')
        wait_for(lambda: ['Sync'] in self.calls(), 'the call of Sync')
        self.window.see(lambda text: text.startswith('just now') or 'minutes ago, by schedule' in text)

    def test_records(self):
        window = self.window
        window.key('ctrl+f')
        window.see('1\u202f000\u202f000 records')
        window.type('R-00777')
        window.see('1 record')
        window.key('Tab', 'Tab', 'Tab', 'Down')
        window.find('list item', starts('receipt:R-00777'))

    def test_open(self):
        window = self.window
        window.key('ctrl+3')
        window.wait_focus(starts('receipt:R-00042. Changed on both sides'))
        window.key('Return')
        window.wait_focus(starts('total. This computer 12.90, server 13.10, before 12.50. Undecided'))
        assert self.calls() == [['Sync']], 'opening changed something'
        assert not self.is_sensitive('Apply & Next')

    def is_sensitive(self, name):
        button = self.window.find('push button', name)
        return button.get_state_set().contains(Atspi.StateType.SENSITIVE)

    def test_decide(self):
        window = self.window
        window.key('alt+3')
        window.wait_focus(starts('total. This computer 12.90, server 13.10, before 12.50. '
                                 'Result 13.10. From the server'))
        # Down goes through the decided ones, n jumps over them.
        window.key('Down')
        window.wait_focus(starts('customer_note'))
        window.key('n')
        window.wait_focus(starts('items › 2 › quantity'))
        window.key('alt+1')
        window.key('ctrl+z')
        window.wait_focus(lambda name: name.startswith('items › 2 › quantity')
                          and 'Undecided' in name)
        window.key('ctrl+shift+z')
        window.wait_focus(lambda name: 'Result 2. From this computer' in name)
        window.key('n')
        window.wait_focus(starts('lottery_code'))
        assert not self.is_sensitive('Apply & Next')

    def test_enter(self):
        window = self.window
        window.key('F2', 'ctrl+a')
        window.type('nuovo')
        window.see('Text needs quotation marks: "nuovo"')
        window.key('ctrl+a')
        window.type('"nuovo"')
        window.key('Return')
        window.wait_focus(lambda name: 'Result "nuovo". Entered by you' in name)
        wait_for(lambda: self.is_sensitive('Apply & Next'), 'Apply to be possible')

    def test_apply(self):
        window = self.window
        window.key('ctrl+Return')
        wait_for(lambda: len(self.calls()) == 2, 'the call of Resolve')
        assert self.calls()[1] == ['Resolve', 'receipt:R-00042', '', [
            ['/total', 'server', ''], ['/customer_note', 'local', ''],
            ['/payment', 'server', ''], ['/items/2/quantity', 'local', ''],
            ['/lottery_code', 'value', '"nuovo"']]], self.calls()[1]
        window.wait_focus(starts('items. This computer'))
        window.see('Settled “receipt:R-00042”. It leaves with the next run.')

    def test_stale(self):
        """The record moves under the person's hands: nothing is written, what fits is kept."""
        window = self.window
        window.key('ctrl+shift+1')
        wait_for(lambda: self.is_sensitive('Apply & Next'), 'Apply to be possible')
        self.agent.call('Move', GLib.Variant('(s)', ('receipt:R-00107',)))
        window.key('ctrl+Return')
        window.see(starts('The record changed meanwhile. 1 decision does not fit any more'))
        assert len(self.calls()) == 2
        assert not self.is_sensitive('Apply & Next')
        window.wait_focus(lambda name: name.startswith('items. ') and 'Undecided' in name)
        window.key('alt+3', 'ctrl+Return')
        wait_for(lambda: len(self.calls()) == 3, 'the second attempt')
        assert self.calls()[2] == ['Resolve', 'receipt:R-00107', '', [
            ['/items', 'server', ''], ['/total', 'local', ''], ['/note', 'local', '']]], self.calls()[2]

    def test_whole(self):
        window = self.window
        window.see('Changed on this computer, deleted on the server.')
        window.key('alt+1')
        window.see('Version chosen')
        window.key('ctrl+s')
        window.see('The server holds 2 versions of this record.')
        window.find('push button', 'Skip')
        window.wait_focus(lambda name: name == 'Version 1 (server shows this)')
        window.key('Right', 'Return', 'ctrl+Return')
        wait_for(lambda: len(self.calls()) == 4, 'the version to be taken')
        assert self.calls()[3] == ['Resolve', 'supplier:torrefazione-rossi', '2', []], self.calls()[3]

    def test_skip(self):
        """What was decided about a skipped conflict is still there; the last one is undone first."""
        window = self.window
        window.see('customer:bianchi-anna')
        window.key('ctrl+s')
        window.see('Version chosen')
        window.key('ctrl+Return')
        wait_for(lambda: len(self.calls()) == 5, 'the deletion to be settled')
        assert self.calls()[4] == ['Resolve', 'product:cornetto-crema', 'local', []], self.calls()[4]
        window.wait_focus(starts('email'))
        window.key('alt+2', 'ctrl+Return')
        window.see('No Conflicts')
        assert self.calls()[5][3] == [['/email', 'base', ''], ['/points', 'server', '']]

    def test_names(self):
        """Everything that can be focused has a name that a person can understand."""
        unnamed = []
        for node in walk(self.window.root):
            states = node.get_state_set()
            if not states.contains(Atspi.StateType.FOCUSABLE):
                continue
            if node.get_extents(Atspi.CoordType.WINDOW).width <= 0:
                continue
            name = node.get_name()
            # GTK's own button inside a menu button: the one around it has the name.
            if name == 'GtkToggleButton':
                name = node.get_parent().get_name()
            if node.get_role_name() not in ('label', 'panel', 'filler', 'scroll pane') and (
                    not name or name.startswith(TYPE_NAMES)):
                unnamed.append('%s %r' % (node.get_role_name(), name))
        assert not unnamed, 'without a name: ' + ', '.join(sorted(set(unnamed)))

    def test_lost(self):
        """The agent goes: a page says so and what to do."""
        self.agent.end()
        self.window.see('The Agent Is Not Running')
        self.window.find('push button', lambda name: 'Try Again' in name)

    def test_end(self):
        status = self.window.end()
        assert status == 0, 'the window ended with %d' % status


class Changes(Path):
    """Unusually many records were changed here in the same way."""

    ARGUMENTS = ['--scenario', 'alike']
    STEPS = ['question', 'send', 'end']

    def is_send(self, name):
        return 'Send 312 Records' in name

    def test_question(self):
        window = self.window
        window.see('Unusually many records were changed at once here: 312')
        window.press('push button', lambda name: 'Review Changes' in name)
        window.see('312 of 1240 records of “receipt” were changed here in the same way')
        window.find('label', starts('receipt:R-00001'))
        window.find('push button', lambda name: 'Take It Back' in name)

    def test_send(self):
        window = self.window
        window.press('push button', self.is_send)
        wait_for(lambda: self.calls() == [['AnswerGuard', 'receipt', 'alike', False, 312, 78]],
                 'the answer')


class Deletions(Path):
    """Unusually many records were deleted on the server."""

    ARGUMENTS = ['--scenario', 'guarded']
    STEPS = ['question', 'default', 'keep', 'end']

    def is_keep(self, name):
        return 'Keep the Records' in name

    def is_confirm(self, name):
        return 'Delete 312 Records Here' in name

    def test_question(self):
        window = self.window
        window.see('Unusually many records were deleted on the server: 312')
        window.press('push button', lambda name: 'Review Deletions' in name)
        window.see('312 of 1240 records of “receipt” were deleted on the server')
        window.find('label', starts('receipt:R-00001'))
        window.find('push button', self.is_confirm)

    def test_default(self):
        """Escape decides nothing; what is safe has the focus when it is asked again."""
        window = self.window
        window.key('Escape')
        wait_for(lambda: not window.find_all('push button', self.is_confirm),
                 'the end of the dialog')
        assert self.calls() == [], self.calls()
        window.press('push button', lambda name: 'Review Deletions' in name)
        window.wait_focus(self.is_keep)

    def test_keep(self):
        window = self.window
        window.key('Return')
        wait_for(lambda: self.calls() == [['AnswerGuard', 'receipt', 'server', True, 312, 77]],
                 'the answer')
        window.see('Changes wait to be sent: 312')
        wait_for(lambda: not window.find_all('push button', self.is_keep),
                 'the end of the dialog')


class Undo(Path):
    """The last run that changed something here is shown, and undone; then the one before it."""

    STEPS = ['shown', 'undone', 'earlier', 'end']

    def test_shown(self):
        window = self.window
        window.click(None, starts('Last Run'))
        window.find('label', starts('What the run of '))
        window.see(starts('2 records would be again what they were before. 1 record that came'))
        window.find('label', lambda name: name == 'receipt:R-00001   {"total":12.30}')
        window.find('label', lambda name: name == 'receipt:R-00003   would be deleted')
        window.find('label', lambda name: name == 'receipt:R-00004   would stay: it is in conflict')
        assert self.calls() == [], self.calls()

    def test_undone(self):
        window = self.window
        window.click('check box', lambda name: 'eep the edits here' in name)
        window.press('push button', lambda name: 'Undo for 3 Records' in name)
        wait_for(lambda: self.calls() == [['UndoRun', 8, 3, 'hold']], 'the call')
        window.find('label', lambda name: name == 'receipt:R-00001   would stay: it was edited since')

    def test_earlier(self):
        window = self.window
        window.press('push button', lambda name: 'Earlier Run' in name)
        window.find('push button', lambda name: 'Undo for 38 Records' in name)
        window.press('push button', lambda name: 'Earlier Run' in name)
        window.see('No run that is remembered changed anything here')
        window.key('Escape')


class Plan(Path):
    """What a run would do is shown, then done; then there is nothing to do."""

    STEPS = ['shown', 'done', 'end']

    def test_shown(self):
        window = self.window
        window.key('shift+F5')
        window.see('To send: 3. To fetch: 1240.')
        window.see(lambda name: name.startswith('About 2.1') and 'takes about 4 seconds' in name)
        window.find('label', lambda name: name == 'receipt:R-00003   would be deleted on the server')
        window.find('label', lambda name: name == 'receipt:R-00004   was changed on both sides')
        assert self.calls() == [], self.calls()

    def test_done(self):
        window = self.window
        window.press('push button', starts('_Sync Now'))
        wait_for(lambda: self.calls() == [['Sync']], 'the call')
        window.see('There is nothing to do')
        window.key('Escape')


class Health(Path):
    """What the runs came to; another period is asked for."""

    ARGUMENTS = ['--scenario', 'problems']
    STEPS = ['figures', 'period', 'end']

    def test_figures(self):
        window = self.window
        window.key('ctrl+4')
        window.see('99.4 %')
        window.see('2383 good, 2 failed, 1 ended early')
        window.see('95 of 100 took at most 2.3 s')
        window.see(lambda name: name.startswith('The server refuses') and '3 times' in name)

    def test_period(self):
        window = self.window
        window.key('space')
        pump(0.3)
        window.key('Up', 'Return')
        window.see('343 good, 2 failed, 1 ended early')


class Outbox(Path):
    """What was refused and what waits: why, one of them again, one of them given up."""

    ARGUMENTS = ['--scenario', 'problems']
    STEPS = ['listed', 'sent', 'again', 'given_up', 'let_go', 'end']

    def test_listed(self):
        window = self.window
        window.click(None, starts('Set Aside'))
        window.see('3 edits were refused by the server. 2 edits are held back. '
                   '3 edits wait to be sent.')
        window.find('label', lambda name: 'sent 2 times' in name and 'vat_rate: 11.00' in name)

    def test_sent(self):
        window = self.window
        window.press('push button', starts('Send This One Now'))
        wait_for(lambda: self.calls() == [['Sync', 'receipt:R-00005']], 'the call')

    def test_again(self):
        window = self.window
        window.press('push button', starts('Send Again'))
        wait_for(lambda: self.calls()[1:] == [['Retry', 'receipt:R-00003'], ['Sync']], 'the calls')

    def test_given_up(self):
        window = self.window
        window.press('push button', starts('Give Up the Edit'))
        window.see('Give up the edit of “receipt:R-00003”?')
        assert len(self.calls()) == 3, self.calls()
        window.press('push button', starts('_Give It Up'))
        wait_for(lambda: self.calls()[3:] == [['Discard', 'receipt:R-00003']], 'the call')
        wait_for(lambda: not window.find_all('push button', starts('_Give It Up')), 'the end of it')

    def test_let_go(self):
        window = self.window
        assert len(window.find_all('push button', starts('Let It Leave'))) == 1
        window.press('push button', starts('Let It Leave'))
        wait_for(lambda: self.calls()[4:] == [['Release', 'receipt:R-00101'], ['Sync']], 'the calls')
        window.key('Escape')



PATHS = [Path, Deletions, Changes, Undo, Plan, Health, Outbox]


def go(path, first):
    for number, step in enumerate(path.STEPS, first):
        try:
            getattr(path, 'test_' + step)()
            print('ok %d %s' % (number, step), flush=True)
        except (AssertionError, GLib.Error) as error:
            print('not ok %d %s' % (number, step))
            print('# ' + str(error).replace('\n', '\n# '))
            path.describe()
            print('Bail out! the steps build on one another', flush=True)
            return False
    return True


def main():
    command, xml = sys.argv[1:-1], sys.argv[-1]
    first = 1
    print('1..%d' % sum(len(path.STEPS) for path in PATHS))
    for make in PATHS:
        path = make(command, xml)
        try:
            if not go(path, first):
                return 1
        finally:
            path.window.process.kill()
            path.agent.end()
        first += len(path.STEPS)
    return 0


if __name__ == '__main__':
    sys.exit(main())
