#!/usr/bin/python3
# test-ground-truth.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replays what the simulator's server was asked to write, and worse, into servers that share
nothing with ours, and lets replicators that share nothing with ours carry it.

    test-ground-truth.py SIM TALLYSTICK-SERVER TALLYCTL

For each scenario (see scenario.py) these must be equal:

  replay    what the simulation ended with, or what was told taken together; tallystick-server;
            PouchDB Server, which only gets it replicated where it is known not to keep the tree
  carry     tallystick-server by way of an empty PouchDB into an empty database on PouchDB Server;
            PouchDB Server straight into an empty database on tallystick-server
  client    tallyctl with a fresh store, from either server: its export the winners as they stand on
            that server, byte for byte; its conflicts what has more than one live leaf; nothing
            written there but the forks it merges by itself
  import    that export in another store, brought to an empty database on tallystick-server

and with COUCH_URL (user and password in it) a CouchDB, with the replay and what its own _replicate
makes of it. Without it the last line says that CouchDB was not run.

Trees are equal when leaves, histories, winners and bodies are. PouchDB keeps bodies as JavaScript
does: 1.0 becomes 1, an integer is rounded to a double, escapes and the order of number-like names
change. So between a PouchDB and somebody else bodies are compared as values and numbers as
doubles, except that in a `plain` scenario the exports must be equal byte for byte. Where PouchDB
is not involved, bytes count.

TALLY_SCENARIOS=N is how many (25), every other one from the simulator; TALLY_START=N the first
seed (0).
"""

import collections
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time

import peer
import rawjson
import scenario
import treediff
from database import Connection, Refused

SIM, SERVER, TALLYCTL = sys.argv[1:4] if len(sys.argv) == 4 else sys.exit(__doc__)
HERE = os.path.dirname(os.path.abspath(__file__))
N_SCENARIOS = int(os.environ.get('TALLY_SCENARIOS', '25'))
START = int(os.environ.get('TALLY_START', '0'))
PATIENCE_SECONDS = 120
MOST_LINES = 12

# Without one of these the scenarios prove little.
WANTED = ['documents', 'forks', 'live forks', 'tombstones', 'deleted documents', 'longest history']


class Differs(Exception):
    """Two that should be equal are not; says which and where."""


class Tallystick:
    """The process under test."""

    def __init__(self, folder):
        self.process = subprocess.Popen([SERVER, '--port', '0', '--data-dir', folder],
                                        stdout=subprocess.PIPE, text=True)
        self.connection = Connection(self.process.stdout.readline().strip())

    def stop(self):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)
        self.process.stdout.close()


class Carrier:
    """A PouchDB client that replicates when told to."""

    def __init__(self, modules):
        self.process = subprocess.Popen(['node', os.path.join(HERE, 'pouch-sync.js'), 'jobs'],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, NODE_PATH=modules))

    def carry(self, source, target, middle):
        job = {'source': source.url, 'target': target.url, 'middle': middle}
        self.process.stdin.write(json.dumps(job) + '\n')
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], PATIENCE_SECONDS)[0]:
            raise RuntimeError(f'PouchDB does not end with {source.url} to {target.url}')
        failed = json.loads(self.process.stdout.readline())['failed']
        if failed:
            raise Differs(f'PouchDB cannot carry {source.url} to {target.url}: {failed}')

    def stop(self):
        self.process.terminate()
        self.process.communicate()


class Client:
    """tallyctl with a store of its own."""

    def __init__(self, folder, name):
        self.folder = folder
        self.store = os.path.join(folder, name + '.tally')
        self.export_path = os.path.join(folder, name + '.jsonl')

    def run(self, *arguments):
        env = {'PATH': os.environ['PATH'], 'HOME': self.folder, 'LC_ALL': 'C.UTF-8',
               'XDG_RUNTIME_DIR': self.folder, 'NO_PROXY': '127.0.0.1',
               'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/nonexistent/bus'}
        done = subprocess.run([TALLYCTL, '--store', self.store, *arguments], capture_output=True,
                              env=env, timeout=PATIENCE_SECONDS, check=False)
        if done.returncode != 0:
            raise Differs(f'tallyctl {" ".join(arguments)} ended with {done.returncode}: '
                          f'{done.stderr.decode()}')
        return done.stdout.decode()

    def sync(self, database):
        """How often it had to try again."""
        return json.loads(self.run('--server', database.url, 'sync', '--json'))['retries']

    def export(self):
        """The file's bytes."""
        self.run('export', self.export_path)
        with open(self.export_path, 'rb') as handle:
            return handle.read()

    def conflicts(self):
        """id -> the revisions to choose from"""
        found = json.loads(self.run('conflicts', '--json'))['conflicts']
        return {row['id']: sorted(version['rev'] for version in row['versions']) for row in found}


def live_texts(database, tree):
    """id -> body of every live document, as the server writes them. Asked for by revision: PouchDB
    Server's _all_docs leaves out ids that begin beyond U+00FF."""
    wanted = [{'id': key, 'rev': rev} for key, (rev, deleted) in tree.winners.items()
              if not deleted]
    if not wanted:
        return {}
    answer = database.read('/_bulk_get', {'docs': wanted})
    return rawjson.documents(rawjson.value(rawjson.elements(rawjson.value(result, 'docs'))[0], 'ok')
                             for result in rawjson.elements(rawjson.value(answer, 'results')))


def forks_of(tree):
    return {key: sorted(revs) for key, revs in tree.live_leaves().items() if len(revs) > 1}


def list_merged(database, before, after):
    """The documents that changed when tallyctl pulled: it merges a fork where the branches do not
    contradict each other, and writes nothing else."""
    changed = {key for key in before.leaves.keys() | after.leaves.keys()
               if before.leaves.get(key) != after.leaves.get(key)}
    if not changed <= forks_of(before).keys() or changed & forks_of(after).keys():
        raise Differs(f'pulling from {database.url} changed {sorted(changed)}')
    return changed


def values(texts):
    return {key: treediff.parse(text) for key, text in texts.items()}


def expect_same_trees(what, left, right):
    complain(what, treediff.tell_trees_apart(left, right))


def expect_equal(what, left, right):
    complain(what, list(treediff.tell_apart('', left, right)))


def complain(what, found):
    if found:
        raise Differs('\n    '.join([f'{what}: {len(found)} differences'] + found[:MOST_LINES]))


class Ground:
    """All the parties, and what was compared so far."""

    def __init__(self, folder, tallystick, pouch, couch, carrier):
        self.folder = folder
        self.tallystick = tallystick
        self.pouch = pouch
        self.couch = couch        # None: not to be had
        self.carrier = carrier
        self.counts = collections.Counter()
        self.databases = []

    def judge(self, given):
        """Raises Differs. What a scenario leaves behind goes, so that nothing grows."""
        try:
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                self.compare(given, folder)
        finally:
            for database in self.databases:
                database.delete()
            self.databases.clear()

    def create(self, connection, name):
        self.databases.append(connection.create(name))
        return self.databases[-1]

    def compare(self, given, folder):
        ours = self.create(self.tallystick, given.name)
        theirs = self.create(self.pouch, given.name)
        ours.replay(given.writes)
        tree = treediff.read_tree(ours, histories=True)
        if given.tree:
            expect_same_trees('what it must be | tallystick-server', given.tree, tree)
        if given.whole:
            theirs.replay(given.writes)
        else:
            self.carrier.carry(ours, theirs, False)
        expect_same_trees('tallystick-server | PouchDB Server', tree,
                          treediff.read_tree(theirs, histories=True))
        self.count(tree)

        self.compare_carried(given, tree, ours, theirs)
        self.compare_clients(given, tree, ours, theirs, folder)
        if self.couch:
            self.compare_couch(given, tree)

    def compare_carried(self, given, tree, ours, theirs):
        for source, connection, middle in ((ours, self.pouch, True),
                                           (theirs, self.tallystick, False)):
            target = self.create(connection, given.name + '-carried')
            self.carrier.carry(source, target, middle)
            expect_same_trees(f'replayed | carried from {source.url}', tree,
                              treediff.read_tree(target, histories=True))

    def compare_clients(self, given, tree, ours, theirs, folder):
        texts, exports, merged = {}, {}, set()
        for name, database in (('ours', ours), ('theirs', theirs)):
            client = Client(folder, name)
            self.counts['retries'] += client.sync(database)
            after = treediff.read_tree(database, histories=True)
            merged |= list_merged(database, tree, after)
            exports[name] = client.export()
            texts[name] = texts_of(exports[name])
            self.compare_export(database, after, texts[name], merged if name == 'theirs' else ())
            expect_equal(f'live leaves of {database.url} | conflicts', forks_of(after),
                         client.conflicts())
        self.counts['forks merged by tallyctl'] += len(merged)
        self.compare_import(given, client, texts['theirs'])

        # What is merged depends on which inner bodies a server still has.
        left, right = ({key: text for key, text in texts[name].items() if key not in merged}
                       for name in ('ours', 'theirs'))
        expect_equal('export from tallystick-server | from PouchDB Server', values(left),
                     values(right))
        if given.plain:
            expect_equal('exports of a plain scenario', left, right)
        if given.plain and not merged and exports['ours'] != exports['theirs']:
            raise Differs('exports of a plain scenario: same documents, other bytes')

    def compare_export(self, database, tree, export, rewritten):
        """rewritten: what PouchDB Server was given by tallyctl, and keeps as values only."""
        live = live_texts(database, tree)
        expect_equal(f'{database.url} | export', values(live), values(export))
        expect_equal(f'{database.url} | export, as text',
                     {key: text for key, text in live.items() if key not in rewritten},
                     {key: text for key, text in export.items() if key not in rewritten})

    def compare_import(self, given, source, texts):
        target = self.create(self.tallystick, given.name + '-imported')
        client = Client(source.folder, 'imported')
        client.run('import', source.export_path)
        self.counts['retries'] += client.sync(target)
        expect_equal('export | imported and brought to tallystick-server', texts,
                     live_texts(target, treediff.read_tree(target)))

    def compare_couch(self, given, tree):
        # A name of this run's own: it is somebody's server.
        name = f'tally-ground-{os.getpid()}-{given.name}'
        source = self.create(self.couch, name)
        target = self.create(self.couch, name + '-carried')
        source.replay(given.writes)
        expect_same_trees('tallystick-server | CouchDB', tree,
                          treediff.read_tree(source, histories=True))
        status, answer = self.couch.ask('POST', '/_replicate', json.dumps(
            {'source': source.url, 'target': target.url}))
        if status != 200:
            raise Differs(f'_replicate: {status} {answer}')
        expect_same_trees('tallystick-server | carried by CouchDB', tree,
                          treediff.read_tree(target, histories=True))

    def count(self, tree):
        live = tree.live_leaves()
        self.counts['documents'] += len(tree.leaves)
        self.counts['leaves'] += len(tree.bodies)
        self.counts['forks'] += sum(len(revs) > 1 for revs in tree.leaves.values())
        self.counts['live forks'] += sum(len(revs) > 1 for revs in live.values())
        self.counts['tombstones'] += len(tree.bodies) - sum(map(len, live.values()))
        self.counts['deleted documents'] += sum(deleted for _, deleted in tree.winners.values())
        longest = max((len(body['_revisions']['ids']) for body in tree.bodies.values()), default=0)
        self.counts['longest history'] = int(max(self.counts['longest history'], longest))


def texts_of(export):
    """id -> body"""
    # Not splitlines(), which would break at U+2028 too.
    return rawjson.documents(export.decode().split('\n')[:-1])


def record(folder, n):
    """n of the simulator's worlds; every third one is cut off in its middle."""
    done = subprocess.run([SIM, '--start', str(START), '--seeds', str(n), '--record', folder],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f'the simulator: {done.stdout}')
    for seed in range(START, START + n):
        yield scenario.read_recording(os.path.join(folder, f'{seed}.jsonl'), seed % 3 == 2)


def list_scenarios(folder):
    n_recorded = (N_SCENARIOS + 1) // 2
    yield from record(folder, n_recorded)
    for seed in range(START, START + N_SCENARIOS - n_recorded):
        yield scenario.make(seed)


def run(ground, folder):
    """The number of scenarios that failed."""
    n_failed = 0
    for given in list_scenarios(folder):
        try:
            ground.judge(given)
        except (Differs, Refused) as error:
            n_failed += 1
            print(f'FAILED {given.name}: {error}', flush=True)
    return n_failed


def sum_up(ground, n_failed, seconds):
    missing = [name for name in WANTED if not ground.counts[name]]
    if ground.counts['longest history'] <= 20:
        missing.append('history longer than 20')
    for name in missing:
        print(f'FAILED the scenarios had no {name}')
    counts = ', '.join(f'{name} {n}' for name, n in ground.counts.items())
    print(f'scenarios {N_SCENARIOS}, {counts}, failures {n_failed}, {seconds:.0f} s')
    print(f'CouchDB: {"compared" if ground.couch else "not run, COUCH_URL is not set"}')
    return 1 if n_failed or missing else 0


def main():
    begun = time.monotonic()
    url = os.environ.get('COUCH_URL')
    with tempfile.TemporaryDirectory(prefix='tally-ground-') as folder, peer.PouchServer() as pouch:
        tallystick = Tallystick(os.path.join(folder, 'data'))
        carrier = Carrier(pouch.modules)
        try:
            ground = Ground(folder, tallystick.connection, Connection(pouch.url),
                            Connection(url) if url else None, carrier)
            n_failed = run(ground, folder)
        finally:
            carrier.stop()
            tallystick.stop()
        return sum_up(ground, n_failed, time.monotonic() - begun)


if __name__ == '__main__':
    try:
        sys.exit(main())
    except peer.Unavailable as error:
        peer.end_unavailable(error)
