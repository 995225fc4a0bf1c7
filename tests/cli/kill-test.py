#!/usr/bin/python3
# kill-test.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty times `kill -9` in the middle of a run, in pull and push, of the agent, of tallyctl with
the service inside, and of the server. The moment is a number of records that have crossed, counted by a proxy in between, and a
place in the exchange:

    asked     the request has left, the server has not seen it
    lost      the server has done it, its answer is lost
    writing   whoever is killed has begun to write to its disk

Afterwards the store shows the unfinished run, and both halves end equal with nothing done but
starting again what was killed; the agent then runs by itself.
"""

import json
import os
import signal
import threading

import rig

N_RECORDS = 3000
LEAST_UNFINISHED = 15

# victim, direction, records that cross before the kill, place
KILLS = [
    ('agent', 'pull', 0, 'asked'), ('agent', 'pull', 1000, 'asked'),
    ('agent', 'pull', 1, 'writing'), ('agent', 'pull', 1001, 'writing'),
    ('agent', 'pull', 2000, 'lost'), ('tallyctl', 'pull', 1000, 'lost'),
    ('tallyctl', 'pull', 2001, 'writing'), ('tallyctl', 'pull', 3000, 'lost'),
    ('agent', 'push', 1, 'asked'), ('agent', 'push', 1, 'lost'),
    ('agent', 'push', 1001, 'lost'), ('agent', 'push', 2001, 'asked'),
    ('agent', 'push', 3000, 'lost'), ('tallyctl', 'push', 500, 'asked'),
    ('tallyctl', 'push', 1500, 'lost'), ('tallyctl', 'push', 2500, 'lost'),
    ('server', 'pull', 1000, 'asked'), ('server', 'push', 1, 'writing'),
    ('server', 'push', 1001, 'writing'), ('server', 'push', 2001, 'lost'),
]


def log_size(folder):
    """Bytes of all write-ahead logs below a folder: grows with the first page that is written."""
    return sum(os.path.getsize(os.path.join(path, name))
               for path, _, names in os.walk(folder) for name in names if name.endswith('-wal'))


class Killer:
    """The proxy's hooks: counts the records, and strikes once."""

    def __init__(self, direction, count, place):
        self.direction = direction
        self.count = count
        self.place = place
        self.strike = None        # kills, by pid, and waits for the death
        self.written_folder = None
        self.n_crossed = 0
        self.done = False

    def is_mine(self, path):
        return rig.endpoint(path) == ('_changes' if self.direction == 'pull' else '_bulk_docs')

    def hit(self):
        self.done = True
        self.strike()

    def strike_when_writing(self):
        before = log_size(self.written_folder)
        self.done = True

        def watch():
            while log_size(self.written_folder) == before:
                pass
            self.strike()
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()

    def before(self, method, path, body):
        if self.done or not self.is_mine(path):
            return None
        if self.direction == 'push':
            self.n_crossed += len(json.loads(body)['docs'])
        if self.n_crossed >= self.count:
            if self.place == 'asked':
                self.hit()
                raise ConnectionAbortedError
            if self.place == 'writing':
                self.strike_when_writing()
        return None

    def after(self, method, path, body, answer):
        if self.done or not self.is_mine(path):
            return None
        if self.direction == 'pull' and answer[0] == 200:
            self.n_crossed += len(json.loads(answer[2])['results'])
        if self.n_crossed >= self.count and self.place == 'lost':
            self.hit()
            raise ConnectionAbortedError
        return None


class KillTest(rig.CliTest):
    def setUp(self):
        super().setUp()
        self.server = rig.TallyServer(self)
        self.n_unfinished = 0

    def prepare(self, number, direction):
        name = f'kill-{number}'
        url = self.server.create(name)
        self.store = os.path.join(self.folder, name, 'a.tally')
        os.mkdir(os.path.dirname(self.store))
        documents = [{'_id': f'r:{n:05}', 'n': n, 'text': 'x' * 100} for n in range(N_RECORDS)]
        if direction == 'pull':
            self.server.put(name, *documents)
        else:
            self.ok('import', '-', input=self.lines(*documents))
        return name, url

    def client(self, victim, url):
        """Whoever syncs."""
        options = ['--store', self.store, '--server', url]
        if victim == 'agent':
            return rig.Process(self, [rig.AGENT, '--no-bus', *options])
        return rig.Process(self, [rig.TALLYCTL, *options, 'sync'])

    def wait_until_agreed(self, agent):
        """The agent runs by itself: it is only asked, over its private socket."""
        waiting = threading.Event()
        for _ in range(rig.PATIENCE_S * 5):
            if agent.process.poll() is not None:
                self.fail(agent.process.stderr.read().decode())
            status = self.ok('status', '--json').json
            run = status['last_run']
            if (status['records'] == N_RECORDS and status['pending'] == 0 and
                    run is not None and run['status'] == 'success'):
                return
            waiting.wait(0.2)
        self.fail(f'not agreed: {status}')

    def go_on(self, victim):
        if victim != 'agent':
            answer = self.ok('sync', '--json')
            self.assertEqual(answer.json['status'], 'success')
            return None
        agent = rig.Process(self, [rig.AGENT, '--no-bus', '--store', self.store])
        self.wait_until_agreed(agent)
        return agent

    def is_unfinished(self):
        """As the store says before anybody goes on."""
        run, *_ = self.ok('runs', '--limit', '1', '--json').json['runs'] or [None]
        return run is not None and (run['status'] == 'running' or
                                    'interrupted' in [error['code'] for error in run['errors']])

    def kill_client(self, client):
        os.kill(client.process.pid, signal.SIGKILL)
        client.process.wait()

    def kill_server(self):
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()

    def one(self, number, victim, direction, count, place):
        name, url = self.prepare(number, direction)
        killer = Killer(direction, count, place)
        proxy = rig.Proxy(self, url, before=killer.before, after=killer.after)
        ready = threading.Event()
        clients = []

        def strike():
            ready.wait()
            if victim == 'server':
                self.kill_server()
            else:
                self.kill_client(clients[0])
        killer.strike = strike
        killer.written_folder = (self.server.folder if victim == 'server'
                                 else os.path.dirname(self.store))
        clients.append(self.client(victim, proxy.url))
        ready.set()
        clients[0].process.wait(rig.PATIENCE_S)
        self.assertTrue(killer.done, 'the moment never came')

        if victim == 'server':
            self.server.process.wait()
            self.server = rig.TallyServer(self, self.server.folder, self.server.port)
        else:
            self.assertEqual(clients[0].process.returncode, -signal.SIGKILL)
        unfinished = self.is_unfinished()
        self.n_unfinished += unfinished
        print(f'{number:2} {victim:8} {direction} after {killer.n_crossed:4} {place:7} '
              f'{"unfinished" if unfinished else "ended"}', flush=True)

        agent = self.go_on(victim)
        exported = {document['_id']: document for document in
                    map(json.loads, self.ok('export').out.splitlines())}
        self.assertEqual(len(exported), N_RECORDS)
        self.assertEqual(exported, self.server.documents(name))
        status = self.ok('status', '--json').json
        self.assertEqual((status['pending'], status['conflicts'], status['held']), (0, 0, 0))
        runs = self.ok('runs', '--json').json['runs']
        self.assertEqual([run['conflicts']['detected'] for run in runs], [0] * len(runs))
        if agent is not None:
            agent.stop()
            self.assertEqual(agent.process.returncode, 0)
        proxy.close()
        clients[0].finish()

    def test_twenty(self):
        for number, kill in enumerate(KILLS, 1):
            with self.subTest(kill=kill):
                self.one(number, *kill)
        print(f'{self.n_unfinished} of {len(KILLS)} runs unfinished', flush=True)
        self.assertGreaterEqual(self.n_unfinished, LEAST_UNFINISHED)


if __name__ == '__main__':
    rig.main()
