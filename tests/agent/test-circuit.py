# test-circuit.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that fails again and again is left alone for a while, and whoever asks is told so."""

import json

import rig
from agent_rig import Agent, AgentTest, until


class Circuit(AgentTest):
    def test_left_alone(self):
        server = rig.TallyServer(self)
        agent = Agent(self, '--server', server.create('shop'))
        bus = agent.bus
        until('the first run', bus.idle)
        self.assertEqual(bus.status()['circuits'], [])
        bus('Pause')
        server.stop()

        for number in range(5):
            run = json.loads(bus('Sync', {}))
            self.assertEqual(run['status'], 'failed')
            # What fails in a row is not repeated for ever either.
            self.assertEqual(run['requests'], 3, number)
        circuit, = bus.status()['circuits']
        self.assertEqual(circuit['endpoint'], 'database')
        self.assertEqual(circuit['failures'], 5)
        self.assertIsNotNone(circuit['open_until'])
        self.assertIn('database left alone until', self.cli('status').out)

        # By itself nothing is sent there now.
        bus('PutRecord', 'a', '{}')
        bus('Resume')
        run = until('a run by itself', lambda: next(
            (run for run in bus.runs() if run['trigger'] != 'manual' and run['status'] == 'failed'),
            None))
        self.assertEqual(run['requests'], 0)
        self.assertEqual(bus.status()['circuits'][0]['failures'], 5)

        # Somebody wants to know: one request, and no repeat.
        run = json.loads(bus('Sync', {}))
        self.assertEqual(run['requests'], 1)


if __name__ == '__main__':
    rig.main()
