#!/usr/bin/python3
# test-check-source.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows check-source.py a bad file and a good file for each of its rules."""

import importlib.util
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location('check_source', os.path.join(HERE, 'check-source.py'))
sys.dont_write_bytecode = True
check_source = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_source)

C_HEAD = '/* x\n *\n * SPDX-License-Identifier: GPL-3.0-or-later\n */\n'
H_HEAD = C_HEAD + '#pragma once\n'


def findings(files):
    """The (path, rule) pairs found in a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'w', encoding='utf-8', newline='') as handle:
                handle.write(text)
        return [(path, rule) for path, _, rule, _ in check_source.Tree(root).findings()]


def rules_of(path, text, **more):
    files = {path: text}
    files.update(more.get('files', {}))
    return [rule for found, rule in findings(files) if found == path]


def function_of(n_lines):
    return C_HEAD + 'void\nf (void)\n{\n' + '  g ();\n' * (n_lines - 2) + '}\n'


class TestCheckSource(unittest.TestCase):

    def assert_bad(self, rule, path, text, **more):
        self.assertEqual(rules_of(path, text, **more), [rule])

    def assert_good(self, path, text, **more):
        self.assertEqual(rules_of(path, text, **more), [])

    def include(self, path, name):
        return rules_of(path, C_HEAD + f'#include {name}\n')

    def test_layer_table_has_no_loop(self):
        for layer, below in check_source.LAYERS.items():
            for name in below:
                self.assertIn(name, check_source.LAYERS)
                self.assertNotIn(layer, check_source.LAYERS[name])

    def test_layer_arrows(self):
        good = [('base', 'base/a.h'), ('model', 'base/a.h'), ('store', 'db/a.h'),
                ('sync', 'remote/tally-remote.h'), ('remote/couchdb', 'http/a.h'),
                ('service', 'remote/couchdb/a.h'), ('agent', 'client/a.h'), ('server', 'db/a.h')]
        bad = [('base', 'model/a.h'), ('db', 'store/a.h'), ('store', 'http/a.h'),
               ('sync', 'remote/couchdb/a.h'), ('sync', 'http/a.h'), ('merge', 'store/a.h'),
               ('schedule', 'sync/a.h'), ('client', 'service/a.h'), ('cli', 'store/a.h'),
               ('server', 'store/a.h'), ('model', 'unheard/a.h')]
        for layer, name in good:
            self.assertEqual(self.include(f'core/{layer}/x.c', f'"{name}"'), [], (layer, name))
        for layer, name in bad:
            self.assertEqual(self.include(f'core/{layer}/x.c', f'"{name}"'), ['layer'],
                             (layer, name))

    def test_layer_single_file(self):
        for path, more in check_source.FILES.items():
            for layer in more:
                self.assertEqual(self.include(path + '.c', f'"{layer}/a.h"'), [])
                self.assertEqual(self.include(path + 's.c', f'"{layer}/a.h"'), ['layer'])

    def test_layer_app(self):
        for name in ['store', 'sync', 'service', 'http', 'remote/couchdb']:
            self.assertEqual(self.include('app/x.c', f'"{name}/a.h"'), ['layer'], name)
        for name in ['client', 'base', 'model', 'pages']:
            self.assertEqual(self.include('app/x.c', f'"{name}/a.h"'), [], name)

    def test_layer_tests_see_all(self):
        self.assertEqual(self.include('tests/core/store/x.c', '"service/a.h"'), [])

    def test_layer_comment_is_no_include(self):
        self.assert_good('core/base/x.c', C_HEAD + '/*\n#include "store/a.h"\n*/\n')

    def test_layer_unlisted_folder(self):
        self.assertIn(('core/unheard', 'layer'), findings({'core/unheard/x.c': C_HEAD}))
        self.assertIn(('core/unheard', 'layer'), findings({'core/unheard/meson.build': ''}))
        self.assert_bad('layer', 'core/store/deeper/x.c', C_HEAD)

    def test_include_without_folder(self):
        self.assert_bad('include', 'core/base/x.c', C_HEAD + '#include "y.h"\n',
                        files={'core/base/y.h': H_HEAD})
        self.assert_good('core/base/x.c', C_HEAD + '#include "config.h"\n')

    def test_gtk(self):
        for name in ['<gtk/gtk.h>', '<gdk/gdk.h>', '<adwaita.h>', '<gsk/gsk.h>']:
            self.assertEqual(self.include('core/agent/x.c', name), ['gtk'], name)
            self.assertEqual(self.include('app/x.c', name), [], name)

    def test_door(self):
        self.assertEqual(self.include('core/store/x.c', '<sqlite3.h>'), ['door'])
        self.assertEqual(self.include('core/db/x.c', '<sqlite3.h>'), [])
        self.assertEqual(self.include('app/x.c', '<libsoup/soup.h>'), ['door'])
        self.assertEqual(self.include('core/http/x.c', '<libsoup/soup.h>'), [])

    def test_function_length(self):
        self.assert_good('core/base/x.c', function_of(80))
        self.assert_bad('function', 'core/base/x.c', function_of(81))
        self.assert_bad('function', 'app/x.c', function_of(81))
        self.assert_good('tests/x.c', function_of(81))
        self.assert_good('core/base/x.c', C_HEAD + 'struct _X\n{\n' + '  int a;\n' * 90 + '};\n')

    def test_file_length(self):
        rest = C_HEAD.count('\n')
        self.assert_good('core/base/x.c', C_HEAD + '\n' * (800 - rest))
        self.assert_bad('file', 'core/base/x.c', C_HEAD + '\n' * (801 - rest))
        self.assert_bad('file', 'app/pages/x.c', C_HEAD + '\n' * (201 - rest))
        self.assert_good('app/x.c', C_HEAD + '\n' * (201 - rest))

    def test_columns(self):
        self.assert_good('core/base/x.c', C_HEAD + '/* ' + 'a' * 104 + ' */\n')
        self.assert_bad('columns', 'core/base/x.c', C_HEAD + '/* ' + 'a' * 105 + ' */\n')

        self.assert_good('tests/x.c', C_HEAD + '  f ("' + 'a' * 120 + '");\n')
        self.assert_bad('columns', 'tests/x.c', C_HEAD + '  f (' + 'a' * 120 + ');\n')

    def test_white_space(self):
        self.assert_bad('tab', 'core/base/x.c', C_HEAD + '\tint a;\n')
        self.assert_bad('tab', 'tests/x.py', 'if a:\n\tb\n')
        self.assert_bad('line-end', 'tests/x.c', C_HEAD + 'int a;\r\n')

    def test_head(self):
        self.assert_bad('licence', 'core/base/x.c', 'int a;\n')
        self.assert_bad('licence', 'build-aux/x', '#!/bin/sh\n')
        self.assert_good('build-aux/x', '#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n')
        self.assert_bad('pragma', 'core/base/x.h', C_HEAD)
        self.assert_good('core/base/x.h', H_HEAD)

    def test_unfinished(self):
        for word in ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK']:
            self.assert_bad('unfinished', 'core/base/x.c', C_HEAD + f'/* {word}: later */\n')
            self.assert_bad('unfinished', 'app/x.ui', f'<!-- {word} -->\n')
        self.assert_good('core/base/x.c', C_HEAD + 'char *t = "tally-XXXXXX";\n')

    def test_clock_and_chance(self):
        for call in ['g_get_real_time ()', 'g_get_monotonic_time ()', 'g_usleep (1)',
                     'g_random_int ()', 'g_date_time_new_now_utc ()', 'time (NULL)', 'sleep (1)']:
            self.assert_bad('clock', 'core/sync/x.c', C_HEAD + f'  a = {call};\n')
            self.assert_good('core/base/tally-system-clock.c', C_HEAD + f'  a = {call};\n')
            self.assert_good('tests/x.c', C_HEAD + f'  a = {call};\n')
        self.assert_good('core/sync/x.c', C_HEAD + '/* at that time (or later) */\n')
        self.assert_good('core/sync/x.c', C_HEAD + '  tally_clock_sleep_us (clock, 1);\n')
        self.assert_good('core/sync/x.c', C_HEAD + '  iface->sleep (clock);\n')

    def test_sql(self):
        for text in ['SELECT a FROM b', 'INSERT INTO a', 'UPDATE a SET b', 'DELETE FROM a',
                     'CREATE TABLE a', 'DROP INDEX a', 'ALTER TABLE a', ' WITH a AS (']:
            self.assert_bad('sql', 'core/store/x.c', C_HEAD + f'  run ("{text}");\n')
            self.assert_good('tests/x.c', C_HEAD + f'  run ("{text}");\n')
        for text in ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK', 'PRAGMA user_version', 'VACUUM',
                     'DELETE', 'Select one']:
            self.assert_good('core/db/x.c', C_HEAD + f'  run ("{text}");\n')

    def test_calls(self):
        self.assert_bad('set-data', 'app/x.c', C_HEAD + '  g_object_set_data (a, "b", c);\n')
        self.assert_bad('set-data', 'app/x.c', C_HEAD + '  g_object_set_data_full (a, "b", c);\n')
        self.assert_bad('goto', 'tests/x.c', C_HEAD + '  goto out;\n')
        self.assert_good('core/base/x.c', C_HEAD + '/* nowhere to goto */ char *a = "goto";\n')

    def test_potfiles(self):
        text = C_HEAD + '  a = _("Hello");\n'
        self.assert_bad('potfiles', 'app/x.c', text)
        self.assert_bad('potfiles', 'app/x.ui', '<p translatable="yes">a</p>\n')
        self.assert_good('app/x.c', text, files={'po/POTFILES.in': '# all\napp/x.c\n'})
        self.assertEqual(findings({'po/POTFILES.in': 'app/gone.c\n'}),
                         [('po/POTFILES.in', 'potfiles')])
        self.assert_good('core/base/x.c', C_HEAD + '  a = b_(c);\n')

    def test_folders_left_out(self):
        self.assertEqual(findings({'_build-asan/core/x.c': 'int a;', 'node_modules/a/x.js': '\t'}),
                         [])


if __name__ == '__main__':
    unittest.main()
