#!/usr/bin/python3
# test-offline.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Without network everything works, and with the network again everything arrives by itself.

The program starts itself anew in a network of its own, where only the loopback device is, and
takes that up and down. Skips where the kernel does not permit that.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading

import e2e
import rig

INSIDE = 'TALLY_TEST_OWN_NETWORK'

# An address that is not the machine itself as far as a program can tell.
FAR_HOST = '10.87.0.1'


def ip(*words, check=True):
    subprocess.run(['ip', *words], check=check, stderr=None if check else subprocess.DEVNULL)


def network_up():
    ip('link', 'set', 'lo', 'up')
    ip('address', 'add', f'{FAR_HOST}/32', 'dev', 'lo')
    # What a machine with network has; "is there any network" is asked by it.
    ip('route', 'add', 'default', 'dev', 'lo')


def network_down():
    """Route and address first, as a manager of networks does: with the link alone the kernel drops
    them without a word, and GNetworkMonitor goes on believing in them. No harm when it is down
    already."""
    ip('route', 'delete', 'default', 'dev', 'lo', check=False)
    ip('address', 'delete', f'{FAR_HOST}/32', 'dev', 'lo', check=False)
    ip('link', 'set', 'lo', 'down')


def wait_until(question, what):
    waiting = threading.Event()
    for _ in range(rig.PATIENCE_S * 10):
        if question():
            return
        waiting.wait(0.1)
    raise AssertionError(f'waited in vain until {what}')


class Agent(rig.Process):
    def __init__(self, test, device):
        super().__init__(test, [rig.AGENT, '--store', device.store, '--server', device.url,
                                '--no-bus'])
        said = self.process.stderr.readline().decode()
        test.assertIn('Serving', said + (self.process.stderr.read().decode() if not said else ''))


class TestOffline(e2e.E2eTest):

    def setUp(self):
        super().setUp()
        network_up()
        self.addCleanup(network_down)
        self.start_server()

    def is_reachable(self):
        """Some kernels say at once that there is no way, others let one wait."""
        try:
            with socket.create_connection(('127.0.0.1', self.server.port), timeout=1):
                return True
        except OSError:
            return False

    def server_has(self, text):
        return e2e.export_of_server(self.url) == text

    def prepare(self, url):
        """Both devices hold the same records; one is in conflict on the first."""
        a, b = self.device('a', url), self.device('b')
        for key in ('conflict', 'edited', 'deleted', 'kept'):
            a.put(key, {'n': 0, 'key': key})
        e2e.settle_down(a, b)
        b.put('conflict', {'n': 1, 'key': 'b'})
        b.sync()
        a.put('conflict', {'n': 2, 'key': 'a'})
        self.assertEqual(a.sync()['conflicts']['needs_user'], 1)
        return a, b

    def work(self, a):
        """A day without network."""
        a.put('created', '{"n":1.0,"text":"offline è"}')
        a.put('edited', {'n': 1, 'key': 'edited'})
        a.delete('deleted')
        found = a.cli('records', '--search', 'offline è', '--json').json
        self.assertEqual([row['id'] for row in found['records']], ['created'])
        # What waits to be sent is listed, with its state; what it was is gone.
        found = a.cli('records', '--search', 'deleted', '--json').json['records']
        self.assertEqual([row['state'] for row in found], ['deleted-here'])
        self.assertIsNone(a.get('deleted'))
        a.resolve('conflict', '--field', '/n=local', '--field', '/key=server')
        self.assertEqual(a.conflicts(), {})

    EXPECTED = ('{"_id":"after","n":2}\n'
                '{"_id":"conflict","n":2,"key":"b"}\n'
                '{"_id":"created","n":1.0,"text":"offline è"}\n'
                '{"_id":"edited","n":1,"key":"edited"}\n'
                '{"_id":"kept","n":0,"key":"kept"}\n')

    def run_through(self, url, notices):
        """notices(status): it is known that there is no network. Returns the device, its agent
        still running."""
        a, b = self.prepare(url)
        agent = Agent(self, a)
        network_down()
        self.assertFalse(self.is_reachable())
        self.work(a)

        # A new process, once with the agent and once without.
        agent.process.terminate()
        self.assertEqual(agent.process.wait(rig.PATIENCE_S), 0)
        agent.finish()
        a.put('after', {'n': 2})
        self.assertEqual(a.export(), self.EXPECTED)
        agent = Agent(self, a)
        self.assertEqual(a.export(), self.EXPECTED)
        wait_until(lambda: notices(a.status()), 'it is known that nothing is reached')
        status = a.status()
        self.assertEqual((status['pending'], status['conflicts'], status['records']), (5, 0, 5))
        self.assertTrue(status['oldest_pending'])
        self.assertFalse(self.is_reachable())

        network_up()
        wait_until(lambda: self.server_has(self.EXPECTED), 'everything is on the server')
        wait_until(lambda: a.status()['state'] == 'up-to-date', 'the agent knows it')
        b.sync()
        self.assert_agreed(a, b)
        self.assertIn(self.last_push(a)['trigger'], ('start', 'network', 'edit', 'interval'))
        return a

    def last_push(self, device):
        runs = device.cli('runs', '--json').json['runs']
        return next(run for run in runs if run['records']['pushed'])

    def test_server_on_this_machine(self):
        """To this machine there is always a way: its server is tried and not reached."""
        self.run_through(self.url, lambda status: status['last_run']['status'] == 'failed')

    def test_server_elsewhere(self):
        """The network itself is noticed: nothing is tried without it, nobody waits when it is
        back."""
        def is_offline(status):
            return status['state'] == 'offline'

        far = e2e.Forwarder(self, self.server.root, host=FAR_HOST)
        a = self.run_through(f'{far.url}/db', is_offline)
        network_down()
        wait_until(lambda: is_offline(a.status()), 'it is known that nothing is reached')
        n_runs = a.status()['last_run']['run']
        a.put('again', {'n': 3})
        self.assertEqual(a.status()['next_run'], None)
        network_up()
        wait_until(lambda: '"again"' in e2e.export_of_server(self.url), 'the edit has arrived')
        wait_until(lambda: a.status()['state'] == 'up-to-date', 'the agent knows it')
        run = self.last_push(a)
        self.assertEqual((run['trigger'], run['run']), ('network', n_runs + 1))


def enter():
    """Goes on in a network of its own, or ends."""
    if not shutil.which('ip'):
        e2e.end_missing('ip (iproute2) is not installed')
    for command in (['unshare', '--net'], ['unshare', '--map-root-user', '--net']):
        if shutil.which('unshare') and \
                subprocess.run([*command, 'true'], stderr=subprocess.DEVNULL,
                               check=False).returncode == 0:
            os.environ[INSIDE] = '1'
            os.execvp(command[0], [*command, sys.executable, *sys.argv])
    e2e.end_missing('the kernel permits no network of one’s own')


if __name__ == '__main__':
    if INSIDE not in os.environ:
        enter()
    e2e.main()
