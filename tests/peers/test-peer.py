#!/usr/bin/python3
# test-peer.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The peer itself: it answers, a PouchDB client reaches it, it comes back after a crash."""

import os
import subprocess
import sys
import tempfile
import unittest

import peer

CLIENT = '''
const PouchDB = require('pouchdb');
const db = new PouchDB(process.env.TALLY_PEER_URL + '/client');
db.put({ _id: 'a', n: 1 }).then(() => db.get('a')).then((doc) => console.log(doc.n));
'''


class TestPeer(unittest.TestCase):

    def test_memory(self):
        with peer.PouchServer() as server:
            self.assertEqual(server.request('PUT', '/db')[0], 201)
            self.assertEqual(server.request('PUT', '/db')[0], 412)
            self.assertEqual(server.request('PUT', '/db/a', {'n': 1})[0], 201)
            self.assertEqual(server.request('GET', '/db/a')[1]['n'], 1)
            self.assertEqual(server.request('GET', '/db/b')[0], 404)
            pid = server.pid
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)

    def test_disk_outlives_a_crash(self):
        with tempfile.TemporaryDirectory() as disk, peer.PouchServer(disk=disk) as server:
            server.request('PUT', '/db')
            server.request('PUT', '/db/a', {'n': 1})
            server.kill()
            self.assertEqual(server.n_crashes, 1)
            self.assertEqual(server.request('GET', '/db/a')[1]['n'], 1)

    def test_client(self):
        with peer.PouchServer() as server:
            environment = dict(os.environ, TALLY_PEER_URL=server.url, NODE_PATH=server.modules)
            output = subprocess.run(['node', '-e', CLIENT], env=environment, check=True,
                                    stdout=subprocess.PIPE).stdout
            self.assertEqual(output, b'1\n')


if __name__ == '__main__':
    try:
        peer.install()
    except peer.Unavailable as error:
        peer.end_unavailable(error)
    unittest.main()
