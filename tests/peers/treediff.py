#!/usr/bin/python3
# treediff.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether two databases hold the same documents: every leaf, every winner, every body.

    tests/peers/treediff.py [--no-bodies] URL URL

Asks both servers over HTTP only, so it can judge any of them. Prints one line for each difference
and ends with 1 if there is one. Bodies are compared as values: PouchDB Server writes 1.0 as 1.
"""

import argparse
import json
import sys
import urllib.request

BATCH = 500


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {'Accept': 'application/json',
                                                 'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def read_leaves(url):
    """id -> the revisions of all leaves"""
    rows = ask(url + '/_changes?style=all_docs')['results']
    return {row['id']: frozenset(change['rev'] for change in row['changes']) for row in rows}


def read_winners(url):
    """id -> (revision, whether it is a tombstone)"""
    rows = ask(url + '/_changes')['results']
    return {row['id']: (row['changes'][0]['rev'], bool(row.get('deleted'))) for row in rows}


def read_bodies(url, leaves):
    """(id, revision) -> the document of every leaf the server still has the body of"""
    wanted = [{'id': key, 'rev': rev} for key, revs in leaves.items() for rev in revs]
    bodies = {}
    for start in range(0, len(wanted), BATCH):
        answer = ask(url + '/_bulk_get', {'docs': wanted[start:start + BATCH]})
        for result in answer['results']:
            for given in result['docs']:
                if 'ok' in given:
                    bodies[given['ok']['_id'], given['ok']['_rev']] = given['ok']
    return bodies


def tell_apart(name, left, right):
    for key in sorted(set(left) | set(right)):
        if left.get(key) != right.get(key):
            yield f'{name} of {key!r}: {show(left.get(key))} | {show(right.get(key))}'


def show(value):
    if isinstance(value, frozenset):
        return ' '.join(sorted(value))
    return 'nothing' if value is None else json.dumps(value, ensure_ascii=False)


def compare(left, right, bodies=True):
    """A line of text for each difference between the databases at two addresses."""
    left_leaves, right_leaves = read_leaves(left), read_leaves(right)
    found = list(tell_apart('leaves', left_leaves, right_leaves))
    found += tell_apart('winner', read_winners(left), read_winners(right))
    if bodies and not found:
        found += tell_apart('body', read_bodies(left, left_leaves),
                            read_bodies(right, right_leaves))
    return found


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
