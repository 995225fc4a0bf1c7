# test-offline.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""An agent without network, in a network namespace of its own, and with network again."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import unittest

# Not an address of this machine, so that it needs a network to be reached.
ADDRESS = '10.77.0.1'
INSIDE = 'TALLY_TEST_INSIDE'


def ip(*arguments):
    subprocess.run(['ip', *arguments], check=True)


def enter_namespace():
    """Starts this very test again where nothing but itself can be reached."""
    if os.environ.get(INSIDE):
        ip('link', 'set', 'lo', 'up')
        return
    wrapper = ['unshare', '-n'] if os.getuid() == 0 else ['unshare', '-r', '-n']
    if shutil.which('ip') is None or \
            subprocess.run([*wrapper, 'ip', 'link', 'set', 'lo', 'up'], check=False,
                           capture_output=True).returncode != 0:
        print('1..0 # SKIP no network namespace may be made here')
        sys.exit(77)
    os.environ[INSIDE] = '1'
    os.execvp('unshare', [*wrapper, sys.executable, *sys.argv])


def network_on():
    ip('address', 'add', ADDRESS + '/24', 'dev', 'lo')
    ip('route', 'add', '10.77.0.0/24', 'dev', 'lo')


def network_off():
    ip('route', 'del', '10.77.0.0/24', 'dev', 'lo')
    ip('address', 'del', ADDRESS + '/24', 'dev', 'lo')


class Relay:
    """Carries what comes to ADDRESS to the server, which listens on loopback only and wants to be
    called by that name."""

    def __init__(self, test, port):
        self.port = port
        self.listener = socket.create_server(('0.0.0.0', 0))
        self.test = test
        test.addCleanup(self.listener.close)
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f'http://{ADDRESS}:{self.listener.getsockname()[1]}/shop'

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(('127.0.0.1', self.port))
            for end in (near, far):
                self.test.addCleanup(end.close)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one, other):
        called = f'Host: {ADDRESS}:{self.listener.getsockname()[1]}\r\n'.encode()
        named = f'Host: 127.0.0.1:{self.port}\r\n'.encode()
        try:
            while data := one.recv(65536):
                other.sendall(data.replace(called, named))
            other.shutdown(socket.SHUT_WR)
        except OSError:
            # The network went away under it.
            pass


enter_namespace()

import rig  # noqa: E402
from agent_rig import Agent, AgentTest, until  # noqa: E402


class Offline(AgentTest):
    def check_offline_work(self, bus):
        """Create, edit, delete, search: all here."""
        bus('PutRecord', 'item:new', '{"name":"made offline"}')
        bus('PutRecord', 'item:edit', '{"name":"edited offline"}')
        bus('DeleteRecord', 'item:delete', '')
        total, rows = bus('ListRecords', '', 'offline', False, 0, 10)
        self.assertEqual(total, 2)
        self.assertEqual([row[0] for row in rows], ['item:edit', 'item:new'])

    def make_conflict(self, server, bus):
        revs = {row['id']: row['value']['rev']
                for row in server.request('GET', '/shop/_all_docs')['rows']}
        bus('PutRecord', 'item:both', '{"name":"here"}')
        server.put('shop', {'_id': 'item:both', '_rev': revs['item:both'], 'name': 'there'})

    def test_offline_and_back(self):
        server = rig.TallyServer(self)
        server.create('shop')
        server.put('shop', *({'_id': 'item:' + name, 'name': name}
                             for name in ('both', 'edit', 'delete')))
        relay = Relay(self, server.port)

        # It starts without any network.
        agent = Agent(self, '--server', relay.url)
        until('it says so', lambda: agent.bus.status()['state'] == 'offline')
        self.assertFalse(agent.bus.get('Online'))
        network_on()
        until('the first run', lambda: agent.bus.status()['records'] == 3 and agent.bus.idle())

        network_off()
        until('it says so', lambda: agent.bus.status()['state'] == 'offline')
        self.make_conflict(server, agent.bus)
        network_on()
        until('the conflict shows', lambda: agent.bus.status()['conflicts'] == 1)
        self.assertIn('network', agent.bus.triggers())

        network_off()
        until('it says so', lambda: agent.bus.status()['state'] == 'offline')
        self.check_offline_work(agent.bus)
        self.assertEqual(agent.end()[0], 0)

        # Restarted, still without network: nothing was lost, and conflicts can be settled.
        agent = Agent(self)
        bus = agent.bus
        self.assertEqual(bus.status()['state'], 'offline')
        self.assertEqual(bus.status()['pending'], 3)
        conflict = json.loads(bus('ListConflicts', '', 0, 10))['conflicts'][0]
        self.assertEqual(conflict['id'], 'item:both')
        bus('Resolve', 'item:both', conflict['shown'], '',
            [('/name', 'value', '"settled offline"')])
        self.assertEqual(bus.status()['conflicts'], 0)
        self.assertEqual(bus.status()['pending'], 4)

        network_on()
        until('all of it arrives', lambda: server.documents('shop') == {
            'item:both': {'_id': 'item:both', 'name': 'settled offline'},
            'item:edit': {'_id': 'item:edit', 'name': 'edited offline'},
            'item:new': {'_id': 'item:new', 'name': 'made offline'},
        })
        until('quiet', bus.idle)
        # No command was given, ever.
        self.assertNotIn('manual', bus.triggers())
        self.assertEqual(agent.end()[0], 0)


if __name__ == '__main__':
    unittest.main()
