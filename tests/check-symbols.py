#!/usr/bin/python3
# check-symbols.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that what the simulator runs for real asks nothing of the real world.

    tests/check-symbols.py [--nm NM] [--program PROGRAM] LIBRARY...

One seed decides everything only if time, chance, network, threads and disk are given in. The
source check reads calls by name; here the object files are asked, so that a macro, a header's
inline function or another spelling hides nothing. Prints one line a finding, `object: kind:
what`, and ends with 1 when there is any.

An object may refer to what it is listed for in ALLOWED, with the reason. An entry that nobody
needs any more is a finding too.
"""

import argparse
import os
import re
import subprocess
import sys

# What lets the real world in, by kind. Names are whole, without a symbol's version.
FORBIDDEN = {
    'time': (
        r'time|gettimeofday|clock|clock_gettime|clock_nanosleep|nanosleep|sleep|usleep|times'
        r'|timespec_get|ftime|alarm|setitimer|timer_create|timerfd_\w+'
        r'|g_usleep|g_get_real_time|g_get_monotonic_time|g_get_current_time|g_poll'
        r'|g_date_time_new_now\w*|g_timer_\w+|g_timeout_\w+|g_cond_wait_until'
        r'|g_async_queue_timeout_\w+'),
    # The time zone is the machine's, not the seed's.
    'zone': (
        r'localtime|localtime_r|mktime|tzset|ctime|ctime_r|g_date_time_new_local'
        r'|g_date_time_new_from_unix_local\w*|g_date_time_to_local|g_time_zone_new_local'),
    'chance': (
        r'random|random_r|srandom|rand|rand_r|srand|[dejlmn]rand48(_r)?|srand48|seed48|lcong48'
        r'|getrandom|getentropy|arc4random\w*|g_random_\w+|g_rand_new|g_uuid_string_random'
        r'|uuid_generate\w*'),
    'network': (
        r'socket|socketpair|connect|bind|listen|accept4?|send|sendto|sendmsg|sendmmsg'
        r'|recv|recvfrom|recvmsg|recvmmsg|getaddrinfo|gethostby\w+|res_\w+'
        r'|g_socket_\w+|g_resolver_\w+|g_network_\w+|g_tcp_\w+|g_tls_\w+|g_inet_\w+|g_proxy_\w+'
        r'|g_dbus_\w+|g_bus_\w+|soup_\w+'),
    # What differs from one machine or process to the next.
    'place': (
        r'getpid|getppid|gettid|getuid|geteuid|gethostname|gethostid|uname|sysconf'
        r'|get_nprocs\w*|g_get_num_processors|g_get_host_name|g_get_user_\w+|g_get_real_name'
        r'|g_get_home_dir|g_get_tmp_dir|g_get_current_dir|getcwd|g_get_environ|g_listenv'
        r'|getenv|secure_getenv|setenv|g_getenv|g_setenv|g_environ_\w+'),
    'thread': (
        r'fork|vfork|clone|posix_spawnp?|execv\w*|execl\w*|system|popen|syscall|dlopen|dlsym'
        r'|pthread_create|thrd_create|g_thread_new|g_thread_try_new|g_thread_pool_\w+'
        r'|g_spawn_\w+|g_subprocess_\w+|g_task_run_in_thread\w*'),
    # SQLite's files go through the VFS given in; nothing else may be read or written.
    'disk': (
        r'open(64)?|openat(64)?|creat(64)?|fopen(64)?|freopen(64)?|stat(64)?|lstat(64)?|statx'
        r'|access|opendir|mkdir|rmdir|unlink|remove|rename|flock|mkstemp\w*|readlink'
        r'|g_open|g_fopen|g_stat|g_lstat|g_access|g_mkdir\w*|g_rmdir|g_unlink|g_remove|g_rename'
        r'|g_dir_open|g_file_\w+|g_mapped_file_new\w*'),
}
PATTERNS = {kind: re.compile(rf'(?:{names})$') for kind, names in FORBIDDEN.items()}

# object -> symbol -> why it may
ALLOWED = {
    # The clock that the simulator replaces. It links none of this file.
    'core/base/tally-system-clock.c': {
        'g_get_real_time': 'the real clock',
        'g_get_monotonic_time': 'the real clock',
        'g_usleep': 'the real clock',
        'g_poll': 'the real clock: waits for a cancellable',
    },
    # The thread that a service runs blocking layers on; the simulator's are the baton's.
    'core/base/tally-worker.c': {
        'g_thread_new': 'a worker is a thread',
    },
    'core/model/tally-reason.c': {
        'g_date_time_new_from_unix_local': 'words for people, made at the edge; never stored',
    },
    # Without a VFS only: whether the file may be made, and by whom it may be read.
    'core/db/tally-db.c': {
        'open': 'makes the file for its owner alone',
        'stat': 'whether a crash left a log beside a real file',
        'g_mkdir_with_parents': 'makes the folder of a real file',
    },
    # Taken by who opens a real store, before it is opened.
    'core/store/tally-store-lock.c': {
        'getpid': 'the lock names its holder',
        'open': 'the lock is a file beside the store',
        'flock': 'the lock is a file beside the store',
    },
    # Without a VFS only: the databases that are there when a server starts.
    'core/server/tally-server-catalog.c': {
        'g_dir_open': 'lists the databases in the folder',
    },
}

# The way out itself, which the simulator's own transport stands for.
LEFT_OUT = ['core/http/tally-soup-transport.c']

# What the program may refer to, from its own files and from those it links.
PROGRAM_ALLOWED = {
    'fork': 'sim.c: a process for each job',
    'g_get_monotonic_time': 'sim.c: how long all seeds took',
    'g_date_time_new_from_unix_local': 'tally-reason.c: words, which no seed asks for',
    'alarm': 'sim-shrink.c: a world that never ends',
    'g_file_get_contents': 'sim-shrink.c: a fixture',
    'g_file_set_contents': 'sim-record.c: a world written down',
    'g_file_error_quark': 'sim-shrink.c: a fixture that makes no sense',
    'sysconf': 'sim-fiber.c: a page of memory guards a stack',
    'open': 'tally-db.c: real files only',
    'stat': 'tally-db.c: real files only',
    'g_mkdir_with_parents': 'tally-db.c: real files only',
    'g_dir_open': 'tally-server-catalog.c: real folders only',
}

# A sanitizer's runtime that is linked in refers to the whole C library by itself.
RUNTIME = re.compile(r'__(a|t|m|ub)san_(init|handle_\w+|default_options\w*)$')

# `nm -P -A`: FILE[MEMBER]: NAME TYPE …, or FILE: NAME TYPE … for what is no archive. A thin
# archive's member is a path, another's a name; both end with that of the object.
LINE = re.compile(r'(?P<file>[^\[\]]*?)(?:\[(?P<member>[^\]]*)\])?: (?P<name>\S+) (?P<type>\S)')


# With _FORTIFY_SOURCE a call goes by another name: __recv_chk, __open64_2.
FORTIFIED = re.compile(r'__(\w+?)(_chk|_2)$')


def plain(symbol):
    """A symbol without its version, its fortification and the mark of large files."""
    name = FORTIFIED.sub(r'\1', symbol.split('@')[0])
    return name[:-2] if name in ('open64', 'stat64') else name


def find_kind(symbol):
    for kind, pattern in PATTERNS.items():
        if pattern.match(symbol):
            return kind
    return None


def object_name(library, member):
    """core/LAYER/FILE.c, from the library's place in the build folder and the member's name."""
    folder = os.path.dirname(library)
    at = ('/' + folder).rfind('/core/')
    folder = folder[at:] if at >= 0 else folder
    name = os.path.basename(member)
    return os.path.join(folder, name[:-2] if name.endswith('.o') else name)


def read_symbols(text):
    """(file, member or '', symbol, type letter) of each line."""
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            yield match['file'], match['member'] or '', plain(match['name']), match['type']


def check_objects(text, allowed=None):
    """Findings in what nm says of libraries: (object, kind, what)."""
    allowed = ALLOWED if allowed is None else allowed
    references = {}
    for library, member, symbol, letter in read_symbols(text):
        found = references.setdefault(object_name(library, member), set())
        if letter in 'Uw':
            found.add(symbol)

    for name, symbols in sorted(references.items()):
        if name in LEFT_OUT:
            continue
        for symbol in sorted(symbols):
            kind = find_kind(symbol)
            if kind is not None and symbol not in allowed.get(name, {}):
                yield name, kind, f'refers to {symbol}'
    for name, entries in allowed.items():
        if name not in references:
            yield name, 'allowed', 'is no object of these libraries'
            continue
        for symbol in entries:
            if symbol not in references[name]:
                yield name, 'allowed', f'needs no {symbol} any more'


def check_program(text, allowed=None):
    """Findings in what nm says of a program."""
    allowed = PROGRAM_ALLOWED if allowed is None else allowed
    symbols = list(read_symbols(text))
    if any(RUNTIME.match(symbol) and letter not in 'Uw' for _, _, symbol, letter in symbols):
        return

    references = {symbol for _, _, symbol, letter in symbols if letter in 'Uw'}
    for symbol in sorted(references):
        kind = find_kind(symbol)
        if kind is not None and symbol not in allowed:
            yield 'program', kind, f'refers to {symbol}'
    for symbol in allowed:
        if symbol not in references:
            yield 'program', 'allowed', f'needs no {symbol} any more'


def run_nm(nm, files):
    return subprocess.run([nm, '-P', '-A'] + files, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--nm', default='nm')
    parser.add_argument('--program')
    parser.add_argument('libraries', nargs='+')
    arguments = parser.parse_args()

    findings = []
    for library in arguments.libraries:
        # One that nm cannot read, as with LTO, must not pass for a clean one.
        if not any(read_symbols(run_nm(arguments.nm, [library]))):
            findings.append((library, 'empty', 'no symbols could be read'))
    findings += check_objects(run_nm(arguments.nm, arguments.libraries))
    if arguments.program is not None:
        findings += check_program(run_nm(arguments.nm, [arguments.program]))

    for name, kind, what in findings:
        print(f'{name}: {kind}: {what}')
    print(f'{len(arguments.libraries)} libraries, {len(findings)} findings')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
