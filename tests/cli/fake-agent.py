#!/usr/bin/python3
# fake-agent.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""An agent that gives the answers it was told, on the session bus.

    fake-agent.py CONTRACT.xml ANSWERS.json LOG

ANSWERS is {"properties":{name: value}, "methods":{name: [out…] | {"error":…,"message":…}}}.
Every call is written to LOG as one line of JSON. Import reads its file and logs the text; Export
writes answers["export"]; Sync with answers["wait_for_cancel"] answers once Cancel was called.
"""

import json
import os
import sys

from gi.repository import Gio, GLib

NAME = 'io.github.tallystick.Tallystick.Agent'
PATH = '/io/github/tallystick/Tallystick/Sync'
INTERFACE = 'io.github.tallystick.Tallystick.Sync'


class FakeAgent:
    def __init__(self, contract, answers, log):
        with open(contract, encoding='utf-8') as handle:
            node = Gio.DBusNodeInfo.new_for_xml(handle.read())
        self.interface = node.lookup_interface(INTERFACE)
        with open(answers, encoding='utf-8') as handle:
            self.answers = json.load(handle)
        self.log = open(log, 'a', encoding='utf-8')
        self.waiting = None
        self.connection = None

    def write_log(self, method, arguments):
        self.log.write(json.dumps([method, arguments]) + '\n')
        self.log.flush()

    def on_property(self, connection, sender, path, interface, name):
        signature = self.interface.lookup_property(name).signature
        default = {'s': '', 'b': False, '(sttut)': ('idle', 0, 0, 0, 0)}.get(signature, 0)
        value = self.answers.get('properties', {}).get(name, default)
        return GLib.Variant(signature, tuple(value) if isinstance(value, list) else value)

    def progress(self, *values):
        changed = {'Progress': GLib.Variant('(sttut)', values)}
        self.connection.emit_signal(None, PATH, 'org.freedesktop.DBus.Properties',
                                    'PropertiesChanged',
                                    GLib.Variant('(sa{sv}as)', (INTERFACE, changed, [])))

    def exchange_file(self, method, invocation):
        descriptor = invocation.get_message().get_unix_fd_list().get(0)
        with open(descriptor, 'r+' if method == 'Import' else 'w', encoding='utf-8') as handle:
            if method == 'Import':
                return [handle.read()]
            handle.write(self.answers['export'])
        return []

    def on_call(self, connection, sender, path, interface, method, parameters, invocation):
        arguments = list(parameters.unpack())
        if method in ('Import', 'Export'):
            arguments = self.exchange_file(method, invocation)
        self.write_log(method, arguments)

        if method == 'Sync':
            self.progress('validate', 0, 0, 0, 0)
            self.progress('execute', 5, 10, 0, 2048)
            if self.answers.get('wait_for_cancel'):
                self.waiting = invocation
                return
        if method == 'Cancel' and self.waiting is not None:
            self.answer('Sync', self.waiting)
            self.waiting = None
        self.answer(method, invocation)

    def answer(self, method, invocation):
        values = self.answers['methods'].get(method, [])
        if isinstance(values, dict):
            invocation.return_dbus_error(values['error'], values['message'])
            return
        signature = ''.join(out.signature for out in self.interface.lookup_method(method).out_args)
        invocation.return_value(GLib.Variant(f'({signature})', tuple(
            [tuple(row) for row in value] if isinstance(value, list) else value
            for value in values)))

    def on_bus(self, connection, name):
        self.connection = connection
        connection.register_object(PATH, self.interface, self.on_call, self.on_property, None)

    def run(self):
        Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, self.on_bus,
                         lambda *_: print('ready', flush=True), lambda *_: os._exit(1))
        GLib.MainLoop().run()


FakeAgent(*sys.argv[1:]).run()
