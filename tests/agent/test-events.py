# test-events.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that the agent tells is as data/schemas says, and all that they describe is told."""

import copy
import json
import subprocess

import rig
import schemas
from agent_rig import Agent, AgentTest, until


class Events(AgentTest):
    def log(self, *arguments):
        answer = self.cli('log', '--json', *arguments)
        self.assertEqual(answer.code, 0, answer)
        return [json.loads(line) for line in answer.out.splitlines()]

    @staticmethod
    def revision(server):
        return server.request('GET', '/shop/a')['_rev']

    def live_a_day(self):
        """A first run, an edit, a conflict that is settled, a pause, a server that fails."""
        server = rig.TallyServer(self)
        self.agent = Agent(self, '--server', server.create('shop'))
        bus = self.agent.bus
        until('the first run', bus.idle)
        bus('PutRecord', 'a', '{"n": 1}')
        until('the edit is there', lambda: 'a' in server.documents('shop') and bus.idle())
        bus('Pause')
        server.put('shop', {'_id': 'a', '_rev': self.revision(server), 'n': 2})
        bus('PutRecord', 'a', '{"n": 3}')
        bus('Resume')
        until('a conflict', lambda: bus.status()['conflicts'] == 1)
        answer = self.cli('resolve', 'a', '--take', 'local')
        self.assertEqual(answer.code, 0, answer)
        until('quiet', bus.idle)
        server.stop()
        bus('PutRecord', 'b', '{}')
        until('it says so', lambda: bus.status()['state'] == 'failed')

    def test_all_types(self):
        self.live_a_day()
        events = self.log()
        for event in events:
            schemas.check(self, 'event', event)
        self.assertEqual([event['seq'] for event in events],
                         list(range(1, len(events) + 1)))
        self.assertEqual({event['type'] for event in events}, set(schemas.event_types()))
        self.check_runs(events)
        self.check_failure(events)
        self.assertEqual(self.log('--limit', '3'), self.log()[-3:])
        words = self.cli('log').out
        self.assertIn('server-unreachable', words)
        self.assertIn('sync.completed', words)

    def check_runs(self, events):
        """Each begins, goes from phase to phase, cleans up, and ends, in this order."""
        for run in {event['run'] for event in events if event['run'] is not None}:
            told = [event for event in events if event['run'] == run]
            self.assertEqual(told[0]['type'], 'sync.started')
            self.assertIn(told[-1]['type'], ('sync.completed', 'sync.failed'))
            phases = [event['data']['phase'] for event in told if event['type'] == 'sync.progress']
            order = ['validate', 'prepare', 'execute', 'verify', 'clean-up']
            self.assertEqual(phases, sorted(phases, key=order.index))
            self.assertEqual(phases[-1], 'clean-up')

    def check_failure(self, events):
        failed = [event['data'] for event in events if event['type'] == 'sync.failed'][-1]
        self.assertEqual((failed['phase'], failed['retryable'], failed['reason']['code']),
                         ('validate', True, 'server-unreachable'))
        self.assertIsNotNone(failed['next_try'])

    def test_followed(self):
        server = rig.TallyServer(self)
        agent = Agent(self, '--server', server.create('shop'))
        until('the first run', agent.bus.idle)
        follower = subprocess.Popen([rig.TALLYCTL, '--store', self.store, 'log', '-f', '--json'],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)
        try:
            first = json.loads(follower.stdout.readline())
            self.assertEqual(first['seq'], 1)
            agent.bus('PutRecord', 'a', '{}')
            line = first
            while line['type'] != 'record.changed' or line['data'] != {'ids': ['a']}:
                line = json.loads(follower.stdout.readline())
            while line['type'] != 'sync.completed':
                line = json.loads(follower.stdout.readline())
            schemas.check(self, 'event', line)
            agent.end()
            self.assertNotEqual(follower.wait(rig.PATIENCE_S), 0)
            self.assertIn(b'has ended', follower.stderr.read())
        finally:
            follower.kill()
            follower.communicate()

    def test_schema_can_fail(self):
        self.live_a_day()
        sound = next(event for event in self.log() if event['type'] == 'sync.failed')
        for path, value in ((['seq'], 0), (['data', 'phase'], 'lunch'), (['time'], 'yesterday'),
                            (['data', 'summary', 'status'], 'fine'), (['data', 'more'], 1)):
            spoiled = copy.deepcopy(sound)
            inner = spoiled
            for name in path[:-1]:
                inner = inner[name]
            inner[path[-1]] = value
            self.assertFalse(schemas.validator('event').is_valid(spoiled), path)
        stranger = dict(sound, type='weather.changed', data={'sun': True})
        self.assertTrue(schemas.validator('event').is_valid(stranger))


if __name__ == '__main__':
    rig.main()
