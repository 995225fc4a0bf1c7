# window_driver.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the window and drives it as a person without a mouse would: what there is is read over
AT-SPI, as a screen reader does, and keys go through the X server. To be used inside xrun."""

import os
import re
import signal
import subprocess
import time

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib  # noqa: E402

FAKE = ('io.github.tallystick.Tallystick.Agent', '/io/github/tallystick/Fake',
        'io.github.tallystick.Fake')

# Long enough for a sanitizer build on a busy machine; a test waits for what it sees, not for this.
PATIENCE_SECONDS = 60


def pump(seconds=0.02):
    end = time.monotonic() + seconds
    context = GLib.MainContext.default()
    while time.monotonic() < end:
        while context.iteration(False):
            pass
        time.sleep(0.005)


def wait_for(look, what, seconds=PATIENCE_SECONDS):
    """Looks until there is something to see, and says what was missing when there is not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = look()
        except GLib.Error:      # a widget that went while it was looked at
            found = None
        if found:
            return found
        pump()
    raise AssertionError('waited in vain for ' + what)


def walk(node):
    yield node
    # A long list on a page that is not shown is most of the tree, and nothing anybody sees.
    if node.get_role_name() == 'list' and node.get_extents(Atspi.CoordType.WINDOW).width <= 0:
        return
    for i in range(min(node.get_child_count(), 300)):
        child = node.get_child_at_index(i)
        if child is not None:
            yield from walk(child)


def text_of(node):
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def read_leak_report(pid):
    """What the leak checker wrote of a process, where ASAN_OPTIONS has a log_path."""
    found = re.search(r'log_path=([^:]+)', os.environ.get('ASAN_OPTIONS', ''))
    path = f'{found.group(1)}.{pid}' if found else ''
    if not os.path.exists(path):
        return ''
    with open(path, encoding='utf-8', errors='replace') as log:
        return log.read()


def is_quark_table(report):
    """Whether all that is reported is GLib's first table of quarks: 2048 pointers, made by the
    library's constructor and left on purpose when a larger one takes its place. Its functions are
    not exported, so that no line of lsan.supp can name them: two nameless frames in libglib."""
    leaks = re.findall(r'leak of (\d+) byte\(s\) in (\d+) object.*?\n((?: *#.*\n)+)', report)
    frames = [frame for leak in leaks for frame in leak[2].splitlines()]
    return (report.count('ERROR:') == 1 and 'LeakSanitizer' in report and
            [leak[:2] for leak in leaks] == [('16384', '1')] and
            [' in ' in frame for frame in frames] == [True, True, False, False] and
            all('libglib-2.0' in frame for frame in frames[1:]))


class FakeAgent:
    """The pretended agent on this session's bus."""

    def __init__(self, folder, xml, *arguments):
        self.process = subprocess.Popen(
            ['/usr/bin/python3', os.path.join(folder, 'fake-agent.py'), xml, *arguments],
            stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != 'ready\n':
            raise AssertionError('the fake agent did not start')
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)

    def call(self, method, parameters=None):
        return self.bus.call_sync(*FAKE, method, parameters, None, Gio.DBusCallFlags.NONE, -1, None)

    def end(self):
        self.process.terminate()
        self.process.wait()


class Window:
    def __init__(self, command, environment=None):
        self.focus = None
        self.listener = Atspi.EventListener.new(self.focus_cb)
        self.listener.register('object:state-changed:focused')
        self.process = subprocess.Popen(command, env=dict(os.environ, **(environment or {})))
        self.root = wait_for(self.find_root, 'the window on the accessibility bus')
        self.identifier = wait_for(self.find_identifier, 'the X window')
        subprocess.run(['xdotool', 'windowfocus', '--sync', self.identifier], check=True)

    def find_root(self):
        if self.process.poll() is not None:
            raise AssertionError('the window ended with %d' % self.process.returncode)
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for i in range(desktop.get_child_count()):
            program = desktop.get_child_at_index(i)
            if program is not None and program.get_process_id() == self.process.pid:
                # What is asked is asked anew each time: a cached answer may be an old one.
                program.set_cache_mask(Atspi.Cache.NONE)
                return program
        return None

    def find_identifier(self):
        found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid',
                                str(self.process.pid)], capture_output=True, text=True)
        lines = found.stdout.split()
        return lines[-1] if lines else None

    def find_all(self, role=None, name=None, shown=True):
        """By role and exact name, or a function of the name; only what has a place on the screen."""
        found = []
        for node in walk(self.root):
            if role is not None and node.get_role_name() != role:
                continue
            text = node.get_name()
            if name is not None and not (name(text) if callable(name) else text == name):
                continue
            if shown and node.get_extents(Atspi.CoordType.WINDOW).width <= 0:
                continue
            found.append(node)
        return found

    def find(self, role=None, name=None, what=None):
        return wait_for(lambda: (self.find_all(role, name) or [None])[0],
                        what or '%s %r' % (role or 'something', name))

    def see(self, text):
        """Waits until a label says so."""
        return self.find('label', text, 'the words %r' % text)

    def press(self, role, name):
        node = self.find(role, name)
        # GtkButton takes no second activation within 250 ms of the first.
        pump(0.3)
        if not Atspi.Action.do_action(node, 0):
            raise AssertionError('%r could not be pressed' % name)

    def click(self, role, name):
        """With the pointer: for what has no action of its own."""
        place = self.find(role, name).get_extents(Atspi.CoordType.WINDOW)
        subprocess.run(['xdotool', 'mousemove', '--window', self.identifier,
                        str(place.x + place.width // 2), str(place.y + place.height // 2),
                        'click', '1'], check=True)
        pump(0.1)

    def key(self, *keys):
        for one in keys:
            subprocess.run(['xdotool', 'key', '--clearmodifiers', one], check=True)
            pump(0.05)

    def type(self, text):
        subprocess.run(['xdotool', 'type', '--clearmodifiers', text], check=True)
        pump(0.05)

    def focused(self):
        return self.focus

    def focus_cb(self, event):
        if event.detail1:
            self.focus = event.source

    def wait_focus(self, name, what='the focus'):
        def look():
            node = self.focused()
            return node if node is not None and name(node.get_name()) else None
        return wait_for(look, what)

    def end(self):
        """An orderly end, so that a leak checker has its say; returns the program's status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE_SECONDS)
        report = read_leak_report(self.process.pid)
        return 0 if report and is_quark_table(report) else status
