#!/usr/bin/python3
# check-source.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the tree against the rules of CONTRIBUTING.md that a machine can see.

    tests/check-source.py [FOLDER]

prints one line a finding, `path:line: rule: what`, and ends with 1 when there is any. Each rule
is a small function from a file to findings; test-check-source.py shows every one of them a bad
file and a good one.
"""

import os
import re
import sys

# What stands below each folder of core/: it may include these and itself, nothing else.
# The diagram is in core/README.md. A folder that is missing here is a finding.
LAYERS = {
    'base': [],
    'model': ['base'],
    'db': ['base', 'model'],
    'store': ['db', 'model', 'base'],
    'http': ['base', 'model'],
    'merge': ['model', 'base'],
    'remote': ['http', 'model', 'base'],
    'remote/couchdb': ['remote', 'http', 'model', 'base'],
    'sync': ['store', 'merge', 'remote', 'model', 'base'],
    'schedule': ['model', 'base'],
    'live': ['http', 'model', 'base'],
    'service': ['sync', 'schedule', 'live', 'store', 'merge', 'remote', 'remote/couchdb', 'http',
                'db', 'model', 'base'],
    'client': ['base', 'model'],
    'agent': ['service', 'client', 'base', 'model'],
    'cli': ['service', 'client', 'base', 'model'],
    'server': ['db', 'model', 'base'],
}
# A single file that sees more than its folder does, and why.
FILES = {
    # Hands over a service in one's own process the way the agent's is reached: as a client.
    'core/service/tally-service-thread': ['client'],
    # The names on the bus, proxy, skeleton and errors, stand once, where both ends see them.
    'core/service/tally-server-url': ['client'],
    'core/service/tally-service-ask': ['client'],
    'core/service/tally-service-bus': ['client'],
    'core/service/tally-service-error': ['client'],
    'core/service/tally-sync-manager-wait': ['client'],
}
APP_MAY_INCLUDE = ['client', 'base', 'model']

# The one way out and the SQLite door: system headers that belong to some folders only.
SYSTEM_HEADERS = {
    'sqlite3.h': ['db'],
    'libsoup/': ['http', 'live', 'server'],
}

C_FILE_LINES = 800
PAGE_FILE_LINES = 200
FUNCTION_LINES = 80
LINE_COLUMNS = 110

# Put together here so that this file does not find itself.
UNFINISHED = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']) + r')\b')
CLOCK_AND_CHANCE = re.compile(
    r'(?<![>.\w])(g_get_real_time|g_get_monotonic_time|g_get_current_time|g_usleep|g_random_\w+'
    r'|g_date_time_new_now\w*|time|sleep|usleep|nanosleep)\s*\(')
SQL_LITERAL = re.compile(
    r'^\s*(SELECT\s|INSERT\s+(OR|INTO)\b|REPLACE\s+INTO\b|UPDATE\s+\S+\s+SET\b|UPDATE\s+OR\b'
    r'|DELETE\s+FROM\b|(CREATE|DROP|ALTER)\s+(TEMP|TABLE|INDEX|UNIQUE|TRIGGER|VIEW|VIRTUAL)\b'
    r'|WITH\s+\w+\s+AS\b|ATTACH\s|DETACH\s)')
TRANSLATED = re.compile(r'(?<![A-Za-z0-9_])(N?_|C_|NC_|ngettext|g_dngettext|gettext)\s*\(')
TRANSLATABLE_UI = re.compile(r'translatable="(yes|true)"')
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')

TEXT_ENDINGS = ('.c', '.h', '.py', '.js', '.sh', '.sql', '.ui', '.xml', '.css', '.md', '.build')
SKIPPED_FOLDERS = {'.git', 'node_modules', 'out', '__pycache__'}


class SourceFile:
    """A file read once: its text, and for C the code without comments or strings."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding='utf-8', newline='') as handle:
            self.text = handle.read()
        self.lines = self.text.split('\n')
        self.is_c = path.endswith(('.c', '.h'))
        self.is_script = self.text.startswith('#!')
        self.top = path.split('/')[0]
        without_comments = blank_comments(self.text) if self.is_c else self.text
        self.without_comments = without_comments.split('\n')
        self.code = [STRING.sub('""', line) for line in self.without_comments]

    @property
    def layer(self):
        """Key in LAYERS, or the unlisted folder itself; None outside core/."""
        parts = self.path.split('/')[:-1]
        if self.top != 'core' or len(parts) < 2:
            return None
        return '/'.join(parts[1:])


def blank_comments(text):
    """C text with comments turned to spaces; line breaks and strings stay."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.S)

    def blank(match):
        found = match.group(0)
        return re.sub(r'[^\n]', ' ', found) if found[0] == '/' else found

    return token.sub(blank, text)


def find_matches(lines, pattern, rule, what):
    for number, line in enumerate(lines, 1):
        match = pattern.search(line)
        if match:
            yield number, rule, what.format(match.group(0).strip())


# Rules: a generator each, (line, rule, what).

def check_layer(source, tree):
    may = None
    if source.top == 'core' and source.is_c:
        if source.layer not in LAYERS:
            yield 1, 'layer', f'folder core/{source.layer} is not listed in {os.path.basename(__file__)}'
            return
        may = ([source.layer] + LAYERS[source.layer]
               + FILES.get(os.path.splitext(source.path)[0], []))
    elif source.top == 'app' and source.is_c:
        may = APP_MAY_INCLUDE
    else:
        return

    for number, line in enumerate(source.without_comments, 1):
        match = INCLUDE.match(line)
        if match and match.group(1) == '"':
            yield from check_own_include(source, tree, number, match.group(2), may)


def check_own_include(source, tree, number, name, may):
    folder = os.path.dirname(name)
    if folder == '':
        # config.h and generated headers have no folder; what is in the tree is named with it.
        if source.top == 'core' and os.path.basename(name) in tree.core_headers:
            yield number, 'include', f'"{name}" without its folder'
        return
    if folder in LAYERS or folder.split('/')[0] in LAYERS:
        if folder not in may:
            yield number, 'layer', f'{source.path} may not include "{name}"'
    elif source.top == 'core':
        yield number, 'layer', f'"{name}" is of no listed folder'


def check_system_headers(source, tree):
    if source.top not in ('core', 'app') or not source.is_c:
        return
    for number, line in enumerate(source.without_comments, 1):
        match = INCLUDE.match(line)
        if not match or match.group(1) == '"':
            continue
        name = match.group(2)
        if source.top == 'core' and re.match(r'(gtk|gdk|adwaita|gsk)\b', name):
            yield number, 'gtk', f'core/ never sees <{name}>'
        for header, folders in SYSTEM_HEADERS.items():
            if name.startswith(header) and source.layer not in folders:
                yield number, 'door', f'<{name}> belongs to core/{", core/".join(folders)} only'


def check_function_length(source, tree):
    if source.top not in ('core', 'app') or not source.path.endswith('.c'):
        return
    start = None
    for number, line in enumerate(source.lines, 1):
        if line == '{':
            start = number
        elif line.startswith('}'):
            # A struct's end has a name or a semicolon after the brace.
            length = number - start + 1 if start is not None else 0
            if line == '}' and length > FUNCTION_LINES:
                yield start, 'function', f'{length} lines, the wall is {FUNCTION_LINES}'
            start = None


def check_file_length(source, tree):
    if source.top not in ('core', 'app') or not source.path.endswith('.c'):
        return
    wall = PAGE_FILE_LINES if '/pages/' in source.path else C_FILE_LINES
    n_lines = source.text.count('\n')
    if n_lines > wall:
        yield wall + 1, 'file', f'{n_lines} lines, the wall is {wall}'


def check_columns(source, tree):
    if not source.is_c:
        return
    # A test may hold a document on one line; its strings do not count.
    for number, line in enumerate(source.code if source.top == 'tests' else source.lines, 1):
        if len(line) > LINE_COLUMNS:
            yield number, 'columns', f'{len(line)} columns, the wall is {LINE_COLUMNS}'


def check_white_space(source, tree):
    for number, line in enumerate(source.lines, 1):
        if '\t' in line:
            yield number, 'tab', 'a tab'
        if '\r' in line:
            yield number, 'line-end', 'a carriage return'


def check_head(source, tree):
    if not (source.is_c or source.is_script):
        return
    if not any('SPDX-License-Identifier: GPL-3.0-or-later' in line for line in source.lines[:6]):
        yield 1, 'licence', 'no SPDX line in the first six'
    if source.path.endswith('.h') and '#pragma once' not in source.lines:
        yield 1, 'pragma', 'no #pragma once'


def check_unfinished(source, tree):
    yield from find_matches(source.lines, UNFINISHED, 'unfinished', '"{}"')


def check_clock_and_chance(source, tree):
    if source.top == 'core' and source.is_c and source.path != 'core/base/tally-system-clock.c':
        yield from find_matches(source.code, CLOCK_AND_CHANCE, 'clock',
                                '{}) – time comes from TallyClock, chance from a GRand given in')


def check_sql(source, tree):
    if source.top not in ('core', 'app') or not source.is_c:
        return
    for number, line in enumerate(source.without_comments, 1):
        if INCLUDE.match(line):
            continue
        for literal in STRING.findall(line):
            if SQL_LITERAL.match(literal):
                yield number, 'sql', f'"{literal}" – SQL lives in sql/ files'


def check_calls(source, tree):
    if not source.is_c:
        return
    yield from find_matches(source.code, re.compile(r'\bg_object_set_data\w*'), 'set-data', '{}')
    yield from find_matches(source.code, re.compile(r'\bgoto\b'), 'goto', '{}')


def check_translated(source, tree):
    if source.top not in ('core', 'app'):
        return
    if source.is_c:
        found = next(find_matches(source.code, TRANSLATED, '', '{}'), None)
    elif source.path.endswith('.ui'):
        found = next(find_matches(source.lines, TRANSLATABLE_UI, '', '{}'), None)
    else:
        return
    if found and source.path not in tree.potfiles:
        yield found[0], 'potfiles', 'has strings to translate: add it to po/POTFILES.in'


RULES = [check_layer, check_system_headers, check_function_length, check_file_length,
         check_columns, check_white_space, check_head, check_unfinished,
         check_clock_and_chance, check_sql, check_calls, check_translated]


class Tree:
    """All text files below a folder, and what more than one rule asks of them."""

    def __init__(self, root):
        self.root = root
        self.paths = sorted(self.list_paths())
        self.core_headers = {os.path.basename(path) for path in self.paths
                             if path.startswith('core/') and path.endswith('.h')}
        self.potfiles = self.read_potfiles()

    def list_paths(self):
        for folder, folders, files in os.walk(self.root):
            # Build folders begin with an underscore, whatever follows.
            folders[:] = [name for name in folders
                          if name not in SKIPPED_FOLDERS and not name.startswith('_')]
            for name in files:
                full = os.path.join(folder, name)
                if name.endswith(TEXT_ENDINGS) or self.is_script(full):
                    yield os.path.relpath(full, self.root)

    @staticmethod
    def is_script(full):
        with open(full, 'rb') as handle:
            return handle.read(2) == b'#!'

    def read_potfiles(self):
        path = os.path.join(self.root, 'po', 'POTFILES.in')
        if not os.path.exists(path):
            return []
        with open(path, encoding='utf-8') as handle:
            lines = [line.strip() for line in handle]
        return [line for line in lines if line and not line.startswith('#')]

    def findings(self):
        for path in self.paths:
            source = SourceFile(self.root, path)
            for rule in RULES:
                for number, name, what in rule(source, self):
                    yield path, number, name, what
        yield from self.missing_potfiles()
        yield from self.unlisted_folders()

    def missing_potfiles(self):
        for number, path in enumerate(self.potfiles, 1):
            if not os.path.exists(os.path.join(self.root, path)):
                yield 'po/POTFILES.in', number, 'potfiles', f'{path} is not there'

    def unlisted_folders(self):
        """A folder of core/ without C is checked too: none is skipped."""
        core = os.path.join(self.root, 'core')
        if not os.path.isdir(core):
            return
        for name in sorted(os.listdir(core)):
            if os.path.isdir(os.path.join(core, name)) and name not in LAYERS:
                yield f'core/{name}', 0, 'layer', 'folder is not listed'


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), '..')
    tree = Tree(root)
    n_findings = 0
    for path, number, rule, what in tree.findings():
        print(f'{path}:{number}: {rule}: {what}')
        n_findings += 1
    print(f'{len(tree.paths)} files, {n_findings} findings')
    return 1 if n_findings else 0


if __name__ == '__main__':
    sys.exit(main())
