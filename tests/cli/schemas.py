# schemas.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Holds what the programs tell against data/schemas."""

import functools
import json
import os

import jsonschema

FOLDER = os.path.join(os.path.dirname(__file__), '..', '..', 'data', 'schemas')


def load(name):
    with open(os.path.join(FOLDER, name + '.schema.json'), encoding='utf-8') as file:
        return json.load(file)


@functools.cache
def validator(name):
    schema = load(name)
    others = {other['$id']: other for other in map(load, ('run', 'event'))}
    jsonschema.Draft202012Validator.check_schema(schema)
    resolver = jsonschema.RefResolver(schema['$id'], schema, store=others)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def check(test, name, value):
    """Every complaint, with where in the value it is."""
    test.assertEqual([f'{list(error.absolute_path)}: {error.message}'
                      for error in validator(name).iter_errors(value)], [], value)


def event_types():
    """Those that the schema knows."""
    types = []
    for branch in load('event')['allOf']:
        of = branch['if']['properties']['type']
        types += [of['const']] if 'const' in of else of['enum']
    return types
