#!/usr/bin/python3
# check-translations.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that every language of po/LINGUAS is complete and says what the sources say.

    tests/check-translations.py [FOLDER]

takes the strings out of the sources afresh, so that a translation is held against what the
programs show now and not against what they showed when it was last edited. Prints one line a
finding, `language: what: string`, and ends with 1 when there is any. Writes nothing in the tree.
"""

import os
import re
import subprocess
import sys
import tempfile

# What meson's preset 'glib' has xgettext look for, see po/meson.build.
XGETTEXT = ['xgettext', '--from-code=UTF-8', '--add-comments', '--keyword=_', '--keyword=N_',
            '--keyword=C_:1c,2', '--keyword=NC_:1c,2', '--keyword=g_dcgettext:2',
            '--keyword=g_dngettext:2,3', '--keyword=g_dpgettext2:2c,3',
            '--flag=N_:1:pass-c-format', '--flag=C_:2:pass-c-format',
            '--flag=NC_:2:pass-c-format', '--flag=g_dngettext:2:pass-c-format',
            '--flag=g_strdup_printf:1:c-format', '--flag=g_string_append_printf:2:c-format',
            '--flag=g_set_error:4:c-format', '--flag=g_print:1:c-format']

FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d+\]) "(.*)"$')
ESCAPE = re.compile(r'\\(.)')
ESCAPES = {'n': '\n', 't': '\t'}
MNEMONIC = re.compile(r'^_[A-Z]')
ACCESS_KEY = re.compile(r'_\w')
ARGUMENT = re.compile(r'\{[^{}]*\}')
OPTIONAL = re.compile(r'\[[^][]*\{[^][]*\]')
OPTION = re.compile(r'--[a-z][a-z-]*')
NEXT_SENTENCE = re.compile(r'\. (?=[^\W\d_a-zà-ÿ])')


def unescape(text):
    return ESCAPE.sub(lambda found: ESCAPES.get(found.group(1), found.group(1)), text)


def read_entries(text):
    """A list of (flags, {field: text}) out of what msgcat --no-wrap writes; no header."""
    entries = []
    for block in text.split('\n\n'):
        flags, fields, last = set(), {}, None
        for line in block.split('\n'):
            if line.startswith('#,'):
                flags.update(flag.strip() for flag in line[2:].split(','))
            found = FIELD.match(line)
            if found:
                last = found.group(1)
                fields[last] = unescape(found.group(2))
            elif line.startswith('"') and last:
                fields[last] += unescape(line[1:-1])
        if fields.get('msgid'):
            entries.append((flags, fields))
    return entries


def check_kept(source, translation):
    """Whether what a program replaces or looks for stands in the translation as well."""
    if sorted(ARGUMENT.findall(source)) != sorted(ARGUMENT.findall(translation)):
        yield 'other {arguments}'
    optional = [sorted(ARGUMENT.findall(part)) for part in OPTIONAL.findall(source)]
    if sorted(optional) != sorted(sorted(ARGUMENT.findall(part))
                                  for part in OPTIONAL.findall(translation)):
        yield 'other [optional parts]'
    if set(OPTION.findall(source)) != set(OPTION.findall(translation)):
        yield 'other --options'
    if ('{' in source and bool(NEXT_SENTENCE.search(source))
            != bool(NEXT_SENTENCE.search(translation))):
        yield 'not as many sentences'
    if re.match(r'\s*', source).group() != re.match(r'\s*', translation).group():
        yield 'other space at the start'
    if re.search(r'\s*$', source).group() != re.search(r'\s*$', translation).group():
        yield 'other space at the end'
    if source.endswith('…') != translation.endswith('…'):
        yield 'an ellipsis on one side only'
    if MNEMONIC.match(source) and len(ACCESS_KEY.findall(translation)) != 1:
        yield 'not one access key'


def check_entry(flags, fields):
    """Yields what is wrong with one entry."""
    translations = [text for name, text in fields.items() if name.startswith('msgstr')]
    if 'fuzzy' in flags:
        yield 'fuzzy'
    elif not all(translations):
        yield 'not translated'
    else:
        plural = fields.get('msgid_plural', fields['msgid'])
        for source, translation in zip([fields['msgid'], plural], translations):
            yield from check_kept(source, translation)


def check_template(entries):
    """A string joined with a macro (“%” G_GUINT64_FORMAT) is cut off before the macro."""
    for _flags, fields in entries:
        for name in ('msgid', 'msgid_plural'):
            if re.search(r'(?<!%)%$', fields.get(name, '')):
                yield 'a macro stands in a marked string', fields['msgid']


def run(command, folder):
    """What a command prints; (None, complaint) when it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                          env={**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': ''})
    return (done.stdout, '') if done.returncode == 0 else (None, done.stderr.strip())


def check_language(root, language, template):
    """Yields (what, string) for one language."""
    path = os.path.join(root, 'po', language + '.po')
    _, complaint = run(['msgfmt', '--check', '--output-file=/dev/null', path], root)
    if complaint:
        yield 'msgfmt', complaint
        return
    merged, complaint = run(['msgmerge', '--quiet', '--no-fuzzy-matching', '--no-wrap',
                             '--no-location', '--output-file=-', path, template], root)
    if merged is None:
        yield 'msgmerge', complaint
        return
    for flags, fields in read_entries(merged):
        for what in check_entry(flags, fields):
            yield what, fields['msgid']


def check(root):
    """Yields (language, what, string); the language of the sources themselves is ‘-’."""
    with open(os.path.join(root, 'po', 'LINGUAS'), encoding='utf-8') as handle:
        languages = [word for line in handle for word in line.split('#')[0].split()]
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, 'fresh.pot')
        _, complaint = run(XGETTEXT + ['--files-from=po/POTFILES.in', '--output=' + template], root)
        if complaint or not os.path.exists(template):
            yield '-', 'xgettext', complaint or 'no string is marked'
            return
        with open(template, encoding='utf-8') as handle:
            entries = read_entries(handle.read())
        for what, string in check_template(entries):
            yield '-', what, string
        for language in languages:
            for what, string in check_language(root, language, template):
                yield language, what, string


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else '.'
    n = 0
    for language, what, string in check(root):
        print(f'{language}: {what}: {string!r}')
        n += 1
    if n:
        print(f'{n} findings; “meson compile -C _build tallystick-update-po” brings new strings in')
    return 1 if n else 0


if __name__ == '__main__':
    sys.exit(main())
