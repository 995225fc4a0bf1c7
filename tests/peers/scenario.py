# scenario.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scenarios: what a database is asked to write, as bodies of _bulk_docs with new_edits:false.

Some are what the simulator's server was asked (see tests/sim/sim-record.h), with the tree it ended
with; some end in the middle of it, where branches are still open. The others are made here, from a
seed: odd ids and bodies, several roots, forks, long histories, histories that came only in part.

A scenario in which a history comes late is not `whole`: PouchDB passes over a revision that it
knows, even where its history is longer this time, and keeps two roots where there is one. The
simulator has that too: our client closes a revision that may still be under way by its id alone.

A body made here survives JavaScript byte for byte, unless the scenario is not `plain`: then there
are numbers, escapes and member names that PouchDB writes in its own way, as the people of the
simulator do too. What it cannot keep even as a value is left out: numbers beyond a double, lone surrogates, a member named __proto__.
"""

import json
import random
import unicodedata

import treediff

KEYS = ['plain', 'with space', 'a/b', '/', 'a+b?c&d=e#f', 'line\nbreak', 'tab\t', '"quoted"',
        'back\\slash', 'percent%2Fsign', '%', '%00', '..', '.', '0042', 'constructor', 'a:b:c', ':',
        unicodedata.normalize('NFC', 'café'), unicodedata.normalize('NFD', 'café'), '\u2028', '\x7f',
        '\U0001f600', '中文', '\ufeffmark', 'l' * 300, 'ü' * 150]
STRINGS = ['', ' ', 'text', 'zero\0byte', '\u2028', '\x1f', '\x7f', '\U0001f600', '</script>', '\\',
           '"', '/', 'e\u0301', '\ufffd', 'x' * 2000]
NAMES = ['', 'a', 'b', 'rev', 'id', 'é', 'e\u0301', 'with "quotes"', 'line\nbreak', '$x', 'a.b',
         'a/b', '~0', 'zero\0byte', 'x_y']
NUMBERS = ['0', '-1', '42', '9007199254740991', '-9007199254740991', '0.1', '-12.9', '1e+21',
           '1e-7', '5e-324', '1.7976931348623157e+308']

# What PouchDB keeps as values only.
ODD_NUMBERS = ['1.0', '-0', '0.10', '1E5', '1e2', '12345678901234567890', '-1e-1', '100e-2']
ODD_STRINGS = ['"\\u00e9"', '"\\/"', '"\\ud83d\\ude00"', '"\\u0041\\u000a"', '"\\u001F"']
ODD_NAMES = ['10', '9', '0']


class Scenario:
    """name; writes: texts; tree: what must come of them, where that is known; plain: whether
    PouchDB keeps the bytes; whole: whether it keeps the tree."""

    def __init__(self, name, writes, tree=None, plain=True):
        self.name = name
        self.writes = writes
        self.tree = tree
        self.plain = plain
        self.whole = not comes_late(writes)


def comes_late(writes):
    """Whether a revision that is known is told of again, and only then where it came from."""
    parents = {}
    for text in writes:
        for doc in json.loads(text)['docs']:
            history = doc.get('_revisions', {'ids': [doc['_rev']]})['ids']
            path = [(doc['_id'], rev) for rev in history]
            for rev, parent in zip(path, path[1:]):
                if rev in parents and parents[rev] is None:
                    return True
                parents[rev] = parent
            parents.setdefault(path[-1], None)
    return False


def read_recording(path, middle):
    """middle: only the beginning, up to where the seed says."""
    with open(path, encoding='utf-8') as handle:
        seed, *lines, end = handle.read().splitlines()
    number = json.loads(seed)['seed']
    # As it came, not parsed and written again.
    writes = [line[len('{"write":'):-1] for line in lines]
    if middle and len(writes) > 1:
        length = random.Random(number).randrange(1, len(writes))
        return Scenario(f'sim-{number}-first-{length}', writes[:length], plain=False)
    end = treediff.parse(end)
    tree = treediff.Tree(treediff.leaves_of(end['changes']), treediff.winners_of(end['winners']),
                         treediff.bodies_of(end['leaves']))
    return Scenario(f'sim-{number}', writes, tree, plain=False)


class Body:
    """Makes the texts of bodies."""

    def __init__(self, chance, plain):
        self.chance = chance
        self.strings = [json.dumps(text, ensure_ascii=False) for text in STRINGS]
        self.names = [json.dumps(text, ensure_ascii=False) for text in NAMES]
        self.numbers = list(NUMBERS)
        if not plain:
            self.strings += ODD_STRINGS
            self.names += [f'"{name}"' for name in ODD_NAMES]
            self.numbers += ODD_NUMBERS

    def members(self, most=6):
        """A list of texts, each a member."""
        names = self.chance.sample(self.names, self.chance.randint(0, most))
        return [f'{name}:{self.value(0)}' for name in names]

    def value(self, depth):
        kind = self.chance.choice(['number', 'string', 'word', 'list', 'object', 'deep'])
        if kind == 'number':
            return self.chance.choice(self.numbers)
        if kind == 'string' or depth > 4:
            return self.chance.choice(self.strings)
        if kind == 'word':
            return self.chance.choice(['null', 'true', 'false', '[]', '{}', '""'])
        if kind == 'deep' and depth == 0:
            levels = self.chance.choice([10, 100, 150])
            return '[' * levels + '{"":' * 2 + 'null' + '}' * 2 + ']' * levels
        if kind == 'list':
            return '[' + ','.join(self.value(depth + 1)
                                  for _ in range(self.chance.randint(0, 3))) + ']'
        names = self.chance.sample(self.names, self.chance.randint(0, 3))
        return '{' + ','.join(f'{name}:{self.value(depth + 1)}' for name in names) + '}'


class Document:
    """A tree of revisions, and the order in which they come to be known."""

    def __init__(self, chance, body, key, whole):
        self.chance = chance
        self.body = body
        self.key = key
        self.whole = whole
        self.texts = {}       # revision -> its members
        self.known = set()    # revisions whose history the servers have been told
        self.parents = {}     # revision -> the one before; None where nobody has said so yet

    def path(self, generation, parents, n):
        """A history n revisions longer than the one given, newest first."""
        for _ in range(n):
            generation += 1
            parents = [f'{generation}-{self.chance.getrandbits(128):032x}'] + parents
        return parents

    def grow(self):
        """The histories of its leaves."""
        paths = []
        for root in range(self.chance.choices([1, 2, 3], [6, 2, 1])[0]):
            # A root that stands higher has forgotten where it came from.
            before = self.chance.choice([0, 0, 0, 7]) if root else 0
            length = self.chance.choices([self.chance.randint(1, 5), self.chance.randint(21, 60)],
                                         [4, 1])[0]
            trunk = self.path(before, [], length)
            paths.append(trunk)
            for _ in range(self.chance.choices([0, 1, 2, 3, 4], [4, 3, 1, 1, 1])[0]):
                fork = trunk[self.chance.randrange(len(trunk)):]
                paths.append(self.path(before + len(fork), fork, self.chance.randint(1, 4)))
        return paths

    def deliveries(self):
        """Every leaf's history at least once, some of the way there as well."""
        paths = self.grow()
        wanted = list(paths)
        for path in paths:
            for _ in range(self.chance.choice([0, 0, 1, 2])):
                wanted.append(path[self.chance.randrange(len(path)):])
        return wanted

    def members(self, rev):
        if rev not in self.texts:
            members = self.body.members()
            if self.chance.random() < 0.25:
                members = ['"_deleted":true'] + self.chance.choice([[], members])
            self.texts[rev] = members
        return self.texts[rev]

    def choose_history(self, path):
        """What is told of it: all, or as much as is needed, or less than that."""
        if len(path) > 1 and path[1] in self.known and self.chance.random() < 0.5:
            self.known.add(path[0])
            return path[:2]
        if not self.whole and self.chance.random() < 0.4:
            return path[:self.chance.randint(1, len(path))]
        self.known.update(path)
        return path

    def write(self, path):
        """The document as it is sent."""
        sent = self.choose_history(path)
        for rev, parent in zip(sent, sent[1:] + [None]):
            self.parents[rev] = self.parents.get(rev) or parent
        history = {'start': int(path[0].split('-')[0]),
                   'ids': [rev.split('-')[1] for rev in sent]}
        members = [f'"_id":{json.dumps(self.key, ensure_ascii=False)}', f'"_rev":"{path[0]}"',
                   f'"_revisions":{json.dumps(history, separators=(",", ":"))}']
        return '{' + ','.join(members + self.members(path[0])) + '}'

    def history(self, rev):
        while rev:
            yield rev
            rev = self.parents[rev]

    def add_to(self, tree):
        """What every server must have made of it: the union of all that it was told."""
        inner = set(self.parents.values())
        leaves = [rev for rev in self.parents if rev not in inner]
        order = []
        for rev in leaves:
            members = treediff.parse('{' + ','.join(self.members(rev)) + '}')
            path = list(self.history(rev))
            generation = int(rev.split('-')[0])
            tree.bodies[self.key, rev] = {
                '_id': self.key, '_rev': rev, **members,
                '_revisions': {'start': generation, 'ids': [r.split('-')[1] for r in path]}}
            order.append((not members.get('_deleted'), generation, rev.split('-')[1]))
        live, generation, digest = max(order)
        tree.leaves[self.key] = frozenset(leaves)
        tree.winners[self.key] = (f'{generation}-{digest}', not live)


def make(seed):
    chance = random.Random(f'ground {seed}')
    plain = chance.random() < 0.6
    whole = chance.random() < 0.75
    body = Body(chance, plain)
    documents = [Document(chance, body, key, whole)
                 for key in chance.sample(KEYS, chance.randint(2, 9))]
    wanted = [(document, path) for document in documents for path in document.deliveries()]
    wanted += chance.sample(wanted, len(wanted) // 5)
    chance.shuffle(wanted)

    writes = []
    while wanted:
        batch = [wanted.pop() for _ in range(min(len(wanted), chance.randint(1, 8)))]
        docs = ','.join(document.write(path) for document, path in batch)
        writes.append(f'{{"docs":[{docs}],"new_edits":false}}')

    tree = treediff.Tree({}, {}, {})
    for document in documents:
        document.add_to(tree)
    return Scenario(f'made-{seed}', writes, tree, plain)
