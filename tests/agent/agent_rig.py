# agent_rig.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of tallystick-agent share: a running one, and the way to it by its socket."""

import json
import os
import subprocess
import time

import gi
gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

import rig  # noqa: E402

PATH = '/io/github/tallystick/Tallystick/Sync'
INTERFACE = 'io.github.tallystick.Tallystick.Sync'
NAME = 'io.github.tallystick.Tallystick.Agent'

SIGNATURES = {
    'Sync': '(a{sv})', 'Connect': '(sss)', 'ListRecords': '(ssbuu)', 'GetRecord': '(s)',
    'PutRecord': '(ss)', 'DeleteRecord': '(ss)', 'ListConflicts': '(suu)',
    'Resolve': '(sssa(sss))', 'ListRuns': '(u)', 'Why': '(s)',
}


def until(what, is_so, patience_s=rig.PATIENCE_S):
    """Time ends a hanging test and decides nothing else."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        value = is_so()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f'never came true: {what}')


class Bus:
    """Calls by name over one connection."""

    def __init__(self, connection, name=None):
        self.connection = connection
        self.name = name

    def __call__(self, method, *arguments):
        parameters = None
        if arguments:
            parameters = GLib.Variant(SIGNATURES[method], arguments)
        answer = self.connection.call_sync(self.name, PATH, INTERFACE, method, parameters, None, 0,
                                           rig.PATIENCE_S * 1000, None).unpack()
        return answer[0] if len(answer) == 1 else answer

    def get(self, name):
        return self.connection.call_sync(
            self.name, PATH, 'org.freedesktop.DBus.Properties', 'Get',
            GLib.Variant('(ss)', (INTERFACE, name)), None, 0, rig.PATIENCE_S * 1000,
            None).unpack()[0]

    def status(self):
        return json.loads(self('GetStatus'))

    def runs(self):
        return json.loads(self('ListRuns', 100))['runs']

    def triggers(self):
        return [run['trigger'] for run in self.runs()]

    def idle(self):
        """In agreement, and nothing under way."""
        status = self.status()
        return status['state'] == 'up-to-date' and status['pending'] == 0


class Agent(rig.Process):
    """tallystick-agent on the test's store, reached by the socket its lock file names."""

    def __init__(self, test, *arguments, store=None, env=None, wrapper=()):
        self.store = store or test.store
        super().__init__(test, [*wrapper, rig.AGENT, '--store', self.store, *arguments],
                         dict(test.env, **(env or {})))
        self.bus = Bus(until('the agent has a socket', self.reach))

    def reach(self):
        if self.process.poll() is not None:
            raise AssertionError(f'the agent ended: {self.process.stderr.read().decode()}')
        try:
            with open(self.store + '.lock', encoding='utf-8') as file:
                pid, address = (file.read().split('\n') + ['', ''])[:2]
            if not address or int(pid) != self.process.pid:
                return None
            return Gio.DBusConnection.new_for_address_sync(
                address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
        except (OSError, GLib.Error):
            return None

    def end(self):
        """As a service manager does it. The exit code and what it said."""
        self.process.terminate()
        self.process.wait(rig.PATIENCE_S)
        said = self.process.stderr.read().decode()
        self.finish()
        return self.process.returncode, said


class AgentTest(rig.CliTest):
    def run_agent(self, *arguments, **env):
        """One that is to end by itself."""
        process = subprocess.run([rig.AGENT, *arguments], capture_output=True,
                                 env=dict(self.env, **env), timeout=rig.PATIENCE_S, check=False)
        return rig.Answer(process)

    def lines_path(self, name):
        return os.path.join(self.folder, name)
