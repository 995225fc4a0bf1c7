#!/usr/bin/python3
# test-check-symbols.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows check-symbols.py what nm says of a bad object and of a good one."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location('check_symbols',
                                              os.path.join(HERE, 'check-symbols.py'))
sys.dont_write_bytecode = True
check_symbols = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_symbols)

THIN = 'core/base/libtally-base.a[core/base/libtally-base.a.p/x.c.o]: {} {}\n'
FAT = '/b/_build/core/base/libtally-base.a[x.c.o]: {} {} 0 0\n'
PROGRAM = '_build/tests/sim/sim: {} {}\n'


def kinds(*symbols, line=THIN, letter='U', allowed=None):
    text = ''.join(line.format(symbol, letter) for symbol in symbols)
    return [kind for _, kind, _ in check_symbols.check_objects(text, allowed or {})]


def program_kinds(*symbols, allowed=None):
    text = ''.join(PROGRAM.format(*(symbol if isinstance(symbol, tuple) else (symbol, 'U')))
                   for symbol in symbols)
    return [kind for _, kind, _ in check_symbols.check_program(text, allowed or {})]


class TestCheckSymbols(unittest.TestCase):

    def test_kinds(self):
        bad = {
            'time': ['time', 'gettimeofday', 'clock_gettime', 'clock_nanosleep', 'nanosleep',
                     'sleep', 'usleep', 'g_usleep', 'g_get_real_time', 'g_get_monotonic_time',
                     'g_get_current_time', 'g_date_time_new_now', 'g_date_time_new_now_utc'],
            'zone': ['localtime_r', 'g_date_time_new_from_unix_local'],
            'chance': ['random', 'rand', 'srand', 'drand48', 'mrand48', 'getrandom', 'arc4random',
                       'arc4random_uniform', 'g_random_int', 'g_random_double', 'g_rand_new',
                       'g_uuid_string_random'],
            'network': ['socket', 'connect', 'send', 'sendmsg', 'recv', 'recvfrom', 'getaddrinfo',
                        'g_socket_client_new', 'g_resolver_get_default', 'soup_session_new'],
            'place': ['getpid', 'gethostname', 'g_get_host_name', 'getenv', 'g_getenv',
                      'secure_getenv'],
            'thread': ['fork', 'pthread_create', 'g_thread_new', 'g_task_run_in_thread'],
            'disk': ['open', 'open64', 'fopen', 'g_file_get_contents', 'g_dir_open', 'rename'],
        }
        for kind, symbols in bad.items():
            for symbol in symbols:
                self.assertEqual(kinds(symbol), [kind], symbol)
                self.assertEqual(kinds(symbol, line=FAT), [kind], symbol)

    def test_good(self):
        for symbol in ['tally_clock_now_us', 'g_rand_new_with_seed', 'g_rand_new_with_seed_array',
                       'g_rand_int', 'g_date_time_new_from_unix_utc', 'g_object_unref',
                       'sqlite3_open_v2', 'close', 'strsep', 'sendable', 'g_timeless', 'memcpy',
                       '__asan_report_load8', '__asan_init', '__ubsan_handle_add_overflow',
                       '__sanitizer_cov_trace_pc', '_GLOBAL_OFFSET_TABLE_', '__stack_chk_fail']:
            self.assertEqual(kinds(symbol), [], symbol)

    def test_version(self):
        self.assertEqual(kinds('time@GLIBC_2.2.5', 'fork@@GLIBC_2.2.5'), ['thread', 'time'])

    def test_fortified(self):
        self.assertEqual(kinds('__recv_chk@GLIBC_2.4', '__memcpy_chk'), ['network'])
        self.assertEqual(kinds('__open64_2', allowed={'core/base/x.c': {'open': 'a reason'}}), [])

    def test_only_undefined(self):
        self.assertEqual(kinds('send', letter='t'), [])
        self.assertEqual(kinds('send', letter='T'), [])
        self.assertEqual(kinds('send', letter='w'), ['network'])

    def test_object_name(self):
        for library, member in [('core/base/libtally-base.a', 'core/base/libtally-base.a.p/x.c.o'),
                                ('/b/_build/core/base/libtally-base.a', 'libtally-base.a.p/x.c.o'),
                                ('../core/base/libtally-base.a', 'x.c.o')]:
            self.assertEqual(check_symbols.object_name(library, member), 'core/base/x.c')

    def test_allowed(self):
        allowed = {'core/base/x.c': {'getpid': 'a reason'}}
        self.assertEqual(kinds('getpid', allowed=allowed), [])
        self.assertEqual(kinds('getpid', 'fork', allowed=allowed), ['thread'])
        self.assertEqual(kinds('getpid', allowed={'core/base/y.c': {'getpid': 'a reason'}}),
                         ['place', 'allowed'])

    def test_allowed_for_nothing(self):
        self.assertEqual(kinds('strlen', allowed={'core/base/x.c': {'getpid': 'a reason'}}),
                         ['allowed'])

    def test_left_out(self):
        text = 'core/http/libtally-http.a[tally-soup-transport.c.o]: soup_session_abort U\n'
        self.assertEqual(list(check_symbols.check_objects(text, {})), [])

    def test_reasons(self):
        for entries in [*check_symbols.ALLOWED.values(), check_symbols.PROGRAM_ALLOWED]:
            for symbol, reason in entries.items():
                self.assertIsNotNone(check_symbols.find_kind(symbol), symbol)
                self.assertTrue(reason, symbol)

    def test_program(self):
        self.assertEqual(program_kinds('strlen', 'g_rand_new_with_seed'), [])
        self.assertEqual(program_kinds('time@GLIBC_2.2.5'), ['time'])
        self.assertEqual(program_kinds('fork', allowed={'fork': 'a reason'}), [])
        self.assertEqual(program_kinds('strlen', allowed={'fork': 'a reason'}), ['allowed'])

    def test_program_with_runtime(self):
        self.assertEqual(program_kinds('time', ('__asan_init', 'T')), [])
        self.assertEqual(program_kinds('time', ('__asan_init', 'U')), ['time'])

    def test_end_to_end(self):
        tools = [shutil.which(name) for name in ('cc', 'ar', 'nm')]
        if None in tools:
            self.skipTest('no compiler')
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, 'core/base'))
            source = os.path.join(root, 'x.c')
            with open(source, 'w', encoding='utf-8') as handle:
                handle.write('#include <time.h>\nlong f (void);\n'
                             '#define NOW time (0)\nlong f (void) { return NOW; }\n')
            subprocess.run(['cc', '-c', '-o', source + '.o', source], check=True)
            for flags in ['rcs', 'rcsT']:
                library = os.path.join(root, 'core/base', f'lib{flags}.a')
                subprocess.run(['ar', flags, library, source + '.o'], check=True)
                found = list(check_symbols.check_objects(check_symbols.run_nm('nm', [library]), {}))
                self.assertEqual(found, [('core/base/x.c', 'time', 'refers to time')], flags)


if __name__ == '__main__':
    unittest.main()
