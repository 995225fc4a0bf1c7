#!/usr/bin/python3
# treediff.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether two databases hold the same documents: every leaf, every winner, every body.

    tests/peers/treediff.py [--no-bodies] URL URL

Asks both servers over HTTP only, so it can judge any of them. Prints one line for each difference
and ends with 1 if there is one. Bodies are compared as values, and numbers as doubles: PouchDB
Server writes 1.0 as 1 and rounds what a double cannot hold.
"""

import argparse
import json
import sys

from database import Database

BATCH = 500


class Tree:
    """leaves: id -> the revisions of all leaves
    winners: id -> (revision, whether it is a tombstone)
    bodies: (id, revision) -> the document of every leaf whose body is there"""

    def __init__(self, leaves, winners, bodies):
        self.leaves = leaves
        self.winners = winners
        self.bodies = bodies

    def live_leaves(self):
        """id -> the revisions of the leaves that are no tombstones"""
        return {key: {rev for rev in revs if not self.bodies[key, rev].get('_deleted')}
                for key, revs in self.leaves.items()}


def parse(text):
    return json.loads(text, parse_int=float)


def leaves_of(changes):
    """From an answer to _changes?style=all_docs."""
    return {row['id']: frozenset(change['rev'] for change in row['changes'])
            for row in changes['results']}


def winners_of(changes):
    """From an answer to _changes."""
    return {row['id']: (row['changes'][0]['rev'], bool(row.get('deleted')))
            for row in changes['results']}


def bodies_of(answer):
    """From an answer to _bulk_get."""
    return {(given['ok']['_id'], given['ok']['_rev']): given['ok']
            for result in answer['results'] for given in result['docs'] if 'ok' in given}


def read_leaves(url):
    """id -> the revisions of all leaves"""
    return leaves_of(parse(Database.at(url).read('/_changes?style=all_docs')))


def read_bodies(database, leaves, query):
    wanted = [{'id': key, 'rev': rev} for key, revs in leaves.items() for rev in revs]
    bodies = {}
    for start in range(0, len(wanted), BATCH):
        answer = database.read('/_bulk_get' + query, {'docs': wanted[start:start + BATCH]})
        bodies.update(bodies_of(parse(answer)))
    return bodies


def read_tree(database, bodies=True, histories=False):
    """histories: the documents come with their _revisions, and so are told apart by them."""
    leaves = leaves_of(parse(database.read('/_changes?style=all_docs')))
    winners = winners_of(parse(database.read('/_changes')))
    query = '?revs=true' if histories else ''
    return Tree(leaves, winners, read_bodies(database, leaves, query) if bodies else {})


def tell_apart(name, left, right):
    for key in sorted(set(left) | set(right)):
        if left.get(key) != right.get(key):
            yield f'{name} of {key!r}: {show(left.get(key))} | {show(right.get(key))}'


def show(value):
    if isinstance(value, frozenset):
        return ' '.join(sorted(value))
    return 'nothing' if value is None else json.dumps(value, ensure_ascii=False)


def tell_trees_apart(left, right):
    """A line of text for each difference."""
    found = list(tell_apart('leaves', left.leaves, right.leaves))
    found += tell_apart('winner', left.winners, right.winners)
    if not found:
        found += tell_apart('body', left.bodies, right.bodies)
    return found


def compare(left, right, bodies=True):
    """A line of text for each difference between the databases at two addresses."""
    return tell_trees_apart(read_tree(Database.at(left), bodies),
                            read_tree(Database.at(right), bodies))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--no-bodies', action='store_true')
    parser.add_argument('left')
    parser.add_argument('right')
    options = parser.parse_args()

    found = compare(options.left, options.right, not options.no_bodies)
    for line in found:
        print(line)
    print(f'{len(found)} differences', file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
