# test-agent.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""tallystick-agent against tallystick-server: what it does by itself, and how it ends."""

import json
import os
import subprocess
import unittest

from gi.repository import Gio, GLib

import rig
from agent_rig import Agent, AgentTest, Bus, NAME, until


class ByItself(AgentTest):
    def test_start_edit_and_remote(self):
        server = rig.TallyServer(self)
        url = server.create('shop')
        server.put('shop', {'_id': 'item:1', 'n': 1})
        agent = Agent(self, '--server', url)
        bus = agent.bus

        until('the first run', lambda: bus.status()['records'] == 1 and bus.idle())
        self.assertEqual(bus.triggers()[-1], 'start')

        # An edit while idle reaches the server with no command given.
        bus('PutRecord', 'item:2', '{"n": 2.0}')
        self.assertEqual(bus.status()['pending'], 1)
        self.assertIsNotNone(bus.status()['next_run'])
        until('the edit is there', lambda: 'item:2' in server.documents('shop'))
        until('quiet', bus.idle)
        self.assertIn('edit', bus.triggers())

        # So does an edit on the server reach us: its feed pokes.
        before = len(bus.triggers())
        server.put('shop', {'_id': 'item:3', 'n': 3})
        until('the edit is here', lambda: bus.status()['records'] == 3)
        until('quiet', bus.idle)
        self.assertIn('remote', bus.triggers()[:len(bus.triggers()) - before])
        self.assertEqual(agent.end()[0], 0)

    def test_interval(self):
        server = rig.TallyServer(self)
        bus = Agent(self, '--server', server.create('shop'), '--interval', '1').bus
        until('a run by the clock', lambda: 'interval' in bus.triggers())

    def test_server_comes_back(self):
        server = rig.TallyServer(self)
        url = server.create('shop')
        bus = Agent(self, '--server', url).bus
        until('the first run', bus.idle)

        server.stop()
        bus('PutRecord', 'a', '{}')
        until('it says so', lambda: bus.status()['state'] == 'failed')
        self.assertEqual(bus.status()['reason']['code'], 'server-unreachable')
        self.assertEqual(bus.status()['pending'], 1)

        again = rig.TallyServer(self, server.folder, server.port)
        until('the edit is there', lambda: 'a' in again.documents('shop'))
        until('quiet', bus.idle)

    def test_pause(self):
        server = rig.TallyServer(self)
        bus = Agent(self, '--server', server.create('shop')).bus
        until('the first run', bus.idle)
        bus('Pause')
        self.assertEqual(bus.status()['state'], 'paused')
        bus('PutRecord', 'a', '{}')
        self.assertIsNone(bus.status()['next_run'])
        # Asked for by hand it runs all the same.
        self.assertEqual(json.loads(bus('Sync', {}))['status'], 'success')
        self.assertIn('a', server.documents('shop'))
        bus('Resume')
        until('quiet', bus.idle)

    def test_pause_outlives_kill(self):
        server = rig.TallyServer(self)
        url = server.create('shop')
        killed = Agent(self, '--server', url)
        until('the first run', killed.bus.idle)
        killed.bus('Pause')
        killed.bus('PutRecord', 'a', '{}')
        killed.process.kill()
        killed.process.wait(rig.PATIENCE_S)

        bus = Agent(self, '--server', url).bus
        until('it is read', lambda: bus.status()['state'] == 'paused')
        self.assertEqual(bus.status()['pending'], 1)
        self.assertIsNone(bus.status()['next_run'])
        self.assertNotIn('a', server.documents('shop'))
        bus('Resume')
        until('the edit is there', lambda: 'a' in server.documents('shop'))
        until('quiet', bus.idle)

    def test_pull_only_leaves_edits_due(self):
        """A run that sends nothing is no answer to an edit: the next one comes as soon as ever."""
        server = rig.TallyServer(self)
        bus = Agent(self, '--server', server.create('shop')).bus
        until('the first run', bus.idle)
        bus('PutRecord', 'a', '{}')
        bus('Sync', {'direction': GLib.Variant('s', 'pull')})
        until('the edit is there', lambda: 'a' in server.documents('shop'))
        self.assertIn('edit', bus.triggers())
        with self.assertRaisesRegex(GLib.Error, 'not one of'):
            bus('Sync', {'direction': GLib.Variant('s', 'up')})

    def test_password(self):
        def answer(method, path, headers, body):
            return 401, {'Content-Type': 'application/json'}, b'{"error":"unauthorized"}'
        server = rig.BadServer(self, answer)
        url = server.url.replace('http://', 'http://ann:s3cret@')
        agent = Agent(self, '--server', url)
        until('it says so', lambda: agent.bus.status()['state'] == 'auth-failed')
        asked = len(server.asked)
        agent.bus('PutRecord', 'a', '{}')
        self.assertIsNone(agent.bus.status()['next_run'])
        self.assertEqual(len(server.asked), asked)
        self.assertNotIn('s3cret', agent.bus('GetStatus') + agent.bus('ListConnections'))
        code, said = agent.end()
        self.assertEqual(code, 0)
        self.assertNotIn('s3cret', said)
        with open(self.store, 'rb') as file:
            self.assertNotIn(b's3cret', file.read())

        # With the right one given to the next agent it goes on.
        self.assertEqual(server.asked[-1][2].get('Authorization'), 'Basic YW5uOnMzY3JldA==')

    def test_password_of_another_server(self):
        def answer(method, path, headers, body):
            return 401, {'Content-Type': 'application/json'}, b'{"error":"unauthorized"}'
        before = rig.BadServer(self, answer)
        agent = Agent(self, '--server', before.url)
        until('it says so', lambda: agent.bus.status()['state'] == 'auth-failed')
        self.assertEqual(agent.end()[0], 0)
        asked = len(before.asked)

        # The store names the one server, the command line the other: the password is the other's.
        server = rig.BadServer(self, answer)
        path = self.lines_path('password')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('s3cret\n')
        agent = Agent(self, '--server', server.url, '--user', 'ann', '--password-file', path)
        until('it says so', lambda: agent.bus.status()['state'] == 'auth-failed')
        self.assertEqual(agent.end()[0], 0)
        self.assertEqual(server.asked[-1][2].get('Authorization'), 'Basic YW5uOnMzY3JldA==')
        self.assertEqual(len(before.asked), asked)


class Ends(AgentTest):
    def test_sigterm_in_mid_run(self):
        server = rig.TallyServer(self)
        url = server.create('shop')
        for start in range(0, 20000, 2000):
            server.put('shop', *({'_id': f'r:{n}', 'n': n} for n in range(start, start + 2000)))
        agent = Agent(self, '--server', url)
        until('records come', lambda: agent.bus.get('Progress')[1] > 0)
        code, said = agent.end()
        self.assertEqual(code, 0, said)
        self.assertNotIn('CRITICAL', said)

        agent = Agent(self)
        until('the rest comes', lambda: agent.bus.status()['records'] == 20000)
        until('quiet', agent.bus.idle)
        first = agent.bus.runs()[-1]
        self.assertIn(first['status'], ['cancelled', 'success'])
        if first['status'] == 'cancelled':
            self.assertLess(first['records']['pulled'], 20000)
        self.assertEqual(agent.end()[0], 0)

    def test_sigint_idle(self):
        agent = Agent(self)
        self.assertEqual(agent.bus.status()['state'], 'no-server')
        agent.process.send_signal(2)
        self.assertEqual(agent.process.wait(rig.PATIENCE_S), 0)

    def test_second_agent(self):
        agent = Agent(self)
        answer = self.run_agent('--store', self.store)
        self.assertEqual(answer.code, 3, answer)
        self.assertIn(str(agent.process.pid), answer.err)
        self.assertEqual(agent.end()[0], 0)
        Agent(self)

    def test_bad_arguments(self):
        self.assertEqual(self.run_agent('--nonsense').code, 2)
        self.assertEqual(self.run_agent('nonsense').code, 2)
        self.assertEqual(self.run_agent('--password-file', '/nonexistent').code, 2)
        version = self.run_agent('--version')
        self.assertEqual(version.code, 0)
        self.assertRegex(version.out, r'^tallystick-agent \d')

    def test_bad_server_argument(self):
        answer = self.run_agent('--store', self.store, '--server', 'http://u:s3cret@/x')
        self.assertEqual(answer.code, 1)
        self.assertNotIn('s3cret', answer.err)

    def test_bad_store(self):
        with open(self.store, 'wb') as file:
            file.write(b'no database, but a text of some length')
        answer = self.run_agent('--store', self.store)
        self.assertEqual(answer.code, 1)
        self.assertIn(self.store, answer.err)
        with open(self.store, 'rb') as file:
            self.assertEqual(file.read(), b'no database, but a text of some length')


class OnTheBus(AgentTest):
    def test_no_session_bus(self):
        agent = Agent(self)
        agent.bus('PutRecord', 'a', '{}')
        code, said = agent.end()
        self.assertEqual(code, 0)
        self.assertIn('no session bus', said)

    def test_session_bus(self):
        config = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=%s</listen>
<policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>''' % self.folder
        path = os.path.join(self.folder, 'bus.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(config)
        daemon = rig.Process(self, ['dbus-daemon', '--config-file=' + path, '--nofork',
                                    '--print-address'])
        address = daemon.process.stdout.readline().decode().strip()
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
                 Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        connection = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        agent = Agent(self, env={'DBUS_SESSION_BUS_ADDRESS': address})
        bus = Bus(connection, NAME)

        def version():
            try:
                return bus.get('version')
            except GLib.Error:
                return None
        self.assertEqual(until('it has its name', version), 5)
        self.assertEqual(bus.get('StorePath'), self.store)
        bus('PutRecord', 'a', '{"n":12345678901234567890}')
        self.assertEqual(bus('GetRecord', 'a')[0], '{"_id":"a","n":12345678901234567890}')
        with self.assertRaises(GLib.Error) as caught:
            bus('GetRecord', 'b')
        self.assertEqual(Gio.DBusError.get_remote_error(caught.exception),
                         'io.github.tallystick.Error.Store.NotFound')
        self.assertEqual(agent.bus.status()['records'], 1)

        # A second agent, on another store, works on without the name.
        other = Agent(self, store=self.lines_path('b.tally'),
                      env={'DBUS_SESSION_BUS_ADDRESS': address})
        self.assertEqual(other.bus.status()['records'], 0)
        self.assertEqual(bus.get('StorePath'), self.store)
        code, said = other.end()
        self.assertEqual(code, 0)
        self.assertIn('Another agent has the name', said)

        # The session's bus may end first: sync goes on.
        connection.set_exit_on_close(False)
        daemon.stop()
        agent.bus('PutRecord', 'c', '{}')
        self.assertEqual(agent.bus.status()['records'], 2)
        self.assertEqual(agent.end()[0], 0)

    def test_only_the_same_user(self):
        if os.getuid() != 0:
            self.skipTest('needs root to become somebody else')
        agent = Agent(self)
        os.chmod(self.folder, 0o755)
        with open(self.store + '.lock', encoding='utf-8') as file:
            address = file.read().split('\n')[1]
        path = address.split('path=')[1].split(',')[0]
        os.chmod(os.path.dirname(path), 0o777)
        os.chmod(os.path.dirname(os.path.dirname(path)), 0o777)
        os.chmod(path, 0o777)
        answer = subprocess.run(
            ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'gdbus', 'call',
             '--address', address, '--dest', NAME, '--object-path', '/', '--method', 'a.b.c'],
            capture_output=True, env=self.env, timeout=rig.PATIENCE_S, check=False)
        self.assertNotEqual(answer.returncode, 0)
        self.assertNotIn(b'UnknownMethod', answer.stderr)
        self.assertEqual(agent.bus.status()['records'], 0)


if __name__ == '__main__':
    unittest.main()
