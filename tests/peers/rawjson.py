# rawjson.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON as text: what was written, not what it means."""

import json

SPACE = ' \t\r\n'


def skip(text, at):
    while text[at] in SPACE + ',:':
        at += 1
    return at


def members(text):
    """(name, its text, the text of the value) of each member, in the object's order"""
    decoder = json.JSONDecoder()
    found = []
    at = skip(text, text.index('{') + 1)
    while text[at] != '}':
        name, end = decoder.raw_decode(text, at)
        value = skip(text, end)
        written = text[at:end]
        end = decoder.raw_decode(text, value)[1]
        found.append((name, written, text[value:end]))
        at = skip(text, end)
    return found


def elements(text):
    """The texts of an array's elements."""
    decoder = json.JSONDecoder()
    found = []
    at = skip(text, text.index('[') + 1)
    while text[at] != ']':
        end = decoder.raw_decode(text, at)[1]
        found.append(text[at:end])
        at = skip(text, end)
    return found


def value(text, name):
    """The text of one member's value."""
    return next(text for found, _, text in members(text) if found == name)


def document(text):
    """(id, body): the body is all but the members that the protocol keeps for itself."""
    found = members(text)
    key = next(json.loads(text) for name, _, text in found if name == '_id')
    return key, '{' + ','.join(f'{written}:{text}' for name, written, text in found
                               if not name.startswith('_')) + '}'


def documents(texts):
    """id -> body"""
    return dict(document(text) for text in texts)
