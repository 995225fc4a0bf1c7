#!/usr/bin/python3
# fake-agent.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""An agent that only pretends: the bus interface of a store that does not exist.

    fake-agent.py INTERFACE.xml [--scenario NAME] [--records N]

owns the agent's name on the session bus and answers the window with receipts of a shop. What the
window does is kept and can be asked for over io.github.tallystick.Fake on /io/github/tallystick/Fake:

    Calls () -> s            every Sync, Pause, Resume and Resolve so far, as JSON
    Set (name, value)        a property of the store, e.g. Progress, for the pictures
    Move (id)                the server changes a record while it is being settled

Scenarios: quiet, busy (a run is under way), conflicts, offline, empty, problems, guarded (312 of
1,240 receipts were deleted on the server), alike (so many were changed here in the same way).
"""

import argparse
import json
import sys
import time

import gi
gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

NAME = 'io.github.tallystick.Tallystick.Agent'
PATH = '/io/github/tallystick/Tallystick/Sync'
SYNC = 'io.github.tallystick.Tallystick.Sync'
FAKE_PATH = '/io/github/tallystick/Fake'
FAKE = '''
<node><interface name="io.github.tallystick.Fake">
  <method name="Calls"><arg name="calls" type="s" direction="out"/></method>
  <method name="Set"><arg name="name" type="s" direction="in"/>
    <arg name="value" type="v" direction="in"/></method>
  <method name="Move"><arg name="id" type="s" direction="in"/></method>
</interface></node>'''

MINUTE = 60 * 1000000
GOODS = ['Caffè espresso', 'Cappuccino', 'Cornetto alla crema', 'Acqua frizzante 0,5 l',
         'Panino prosciutto e mozzarella', 'Tè verde', 'Spremuta d’arancia', 'Torta della nonna']


def now_us():
    return int(time.time() * 1000000)


def reason(code, **arguments):
    return json.dumps({'code': code, 'arguments': arguments})


def receipt(number):
    """The export line of a receipt, as a till of an Italian bar writes it."""
    lines = []
    total = 0
    for i in range(1 + number % 3):
        cents = 110 + (number * 37 + i * 53) % 900
        quantity = 1 + (number + i) % 3
        total += cents * quantity
        lines.append('{"description":"%s","quantity":%d,"unit_price":%d.%02d,"vat_rate":"%s"}' % (
            GOODS[(number + i) % len(GOODS)], quantity, cents // 100, cents % 100,
            '22.00' if i else '10.00'))
    return ('{"_id":"receipt:R-%05d","number":"0042-%05d","issued":"2026-11-%02dT%02d:%02d:00+01:00",'
            '"till":"Cassa %d","fiscal_id":"12345678903","items":[%s],"total":%d.%02d,'
            '"payment":"%s","lottery_code":null,"cancelled":false,"sequence":100000000000000%05d}') % (
                number, number, 1 + number % 28, 7 + number % 12, number % 60, 1 + number % 4,
                ','.join(lines), total // 100, total % 100,
                ('cash', 'card', 'meal_voucher')[number % 3], number)


def field(pointer, verdict, **sides):
    return {'pointer': pointer, 'verdict': verdict, 'sides': sides}


def make_conflicts():
    """Sides are JSON texts, put together by hand so that 12.50 stays 12.50."""
    def edit(record, *fields):
        return {'id': record, 'collection': 'receipt', 'kind': 'edit', 'fields': list(fields),
                'base': None, 'local': None, 'server': None, 'versions': [], 'turn': 1}

    return [
        edit('receipt:R-00042',
             field('/total', 'conflict', before='12.50', local='12.90', server='13.10'),
             field('/customer_note', 'local', local='"pagato in contanti"'),
             field('/payment', 'server', before='"cash"', local='"cash"', server='"card"'),
             field('/items/2/quantity', 'conflict', before='1', local='2', server='3'),
             field('/lottery_code', 'conflict', before='null', local='"ABCD1234"',
                   server='"EFGH5678"')),
        edit('receipt:R-00107',
             field('/items', 'conflict',
                   before='[{"description":"Caffè espresso","quantity":2,"unit_price":1.20}]',
                   local='[{"description":"Caffè espresso","quantity":3,"unit_price":1.20}]',
                   server='[{"description":"Caffè espresso","quantity":2,"unit_price":1.30},'
                          '{"description":"Tè verde","quantity":1,"unit_price":2.50}]'),
             field('/total', 'conflict', before='2.40', local='3.60', server='5.10'),
             field('/note', 'conflict', before='"tavolo 4"', server='"tavolo 7"')),
        {'id': 'product:cornetto-crema', 'collection': 'product', 'kind': 'delete', 'fields': [],
         'base': '{"name":"Cornetto alla crema","price":1.40,"vat_rate":"10.00","active":true}',
         'local': '{"name":"Cornetto alla crema","price":1.60,"vat_rate":"10.00","active":true}',
         'server': None, 'versions': [], 'turn': 1},
        {'id': 'supplier:torrefazione-rossi', 'collection': 'supplier', 'kind': 'fork',
         'fields': [], 'base': None,
         'local': '{"name":"Torrefazione Rossi","phone":"+39 06 555 0101","iban":null}',
         'server': '{"name":"Torrefazione Rossi","phone":"+39 06 555 0101","iban":null}',
         'versions': [
             {'rev': '4-' + 'a' * 32, 'deleted': False,
              'body': '{"name":"Torrefazione Rossi","phone":"+39 06 555 0101","iban":null}'},
             {'rev': '4-' + '7' * 32, 'deleted': False,
              'body': '{"name":"Torrefazione Rossi S.r.l.","phone":"+39 06 555 0199",'
                      '"iban":"IT60X0542811101000000123456"}'}],
         'turn': 1},
        edit('customer:bianchi-anna',
             field('/email', 'conflict', before='"anna@example.it"',
                   local='"anna.bianchi@example.it"', server='"a.bianchi@example.com"'),
             field('/points', 'server', before='120', local='120', server='135')),
    ]


def raw(value):
    return 'null' if value is None else value


def conflict_json(conflict):
    fields = ','.join('{"pointer":%s,%s,"verdict":%s}' % (
        json.dumps(f['pointer']),
        ','.join('"%s":%s' % side for side in sorted(f['sides'].items())),
        json.dumps(f['verdict'])) for f in conflict['fields'])
    versions = ','.join('{"rev":%s,"deleted":%s,"body":%s}' % (
        json.dumps(v['rev']), json.dumps(v['deleted']), raw(v['body']))
        for v in conflict['versions'])
    return ('{"id":%s,"collection":%s,"kind":%s,"fields":[%s],"base":%s,"local":%s,"server":%s%s,'
            '"shown":%s}') % (
                json.dumps(conflict['id']), json.dumps(conflict['collection']),
                json.dumps(conflict['kind']), fields, raw(conflict['base']),
                raw(conflict['local']), raw(conflict['server']),
                ',"versions":[%s]' % versions if versions else '',
                json.dumps('shown-%d' % conflict['turn']))


class Store:
    """What the agent would have: properties, records by number, conflicts."""

    def __init__(self, scenario, n_records):
        self.calls = []
        self.guards = []
        self.conflicts = [] if scenario in ('empty', 'quiet', 'offline') else make_conflicts()
        self.n_records = 0 if scenario == 'empty' else n_records
        self.seq = 0
        self.properties = {
            'version': ('u', 1),
            'StorePath': ('s', '/home/anna/.local/share/tallystick/receipts.db'),
            'Connection': ('s', 'https://sync.example.it/receipts'),
            'State': ('s', 'up-to-date'),
            'Reason': ('s', reason('up-to-date')),
            'Progress': ('(sttut)', ('idle', 0, 0, 0, 0)),
            'Records': ('u', self.n_records),
            'Pending': ('u', 0), 'OldestPending': ('x', 0), 'Held': ('u', 0),
            'Quarantined': ('u', 0), 'Conflicts': ('u', len(self.conflicts)),
            'Guarded': ('u', 0),
            'Grade': ('s', 'checked'), 'CheckedAt': ('x', now_us() - 12 * MINUTE),
            'NextRun': ('x', now_us() + 3 * MINUTE + 30 * 1000000),
            'LastRun': ('s', self.run('success', pulled=n_records)),
            'Online': ('b', True), 'Metered': ('b', False), 'Paused': ('b', False),
        }
        getattr(self, 'scene_' + scenario)()

    def set(self, **values):
        for name, value in values.items():
            self.properties[name] = (self.properties[name][0], value)

    def scene_quiet(self):
        pass

    def scene_conflicts(self):
        self.set(State='conflicts', Reason=reason('conflicts', count=str(len(self.conflicts))))

    def scene_busy(self):
        self.set(State='running', Reason=reason('running'), Pending=3,
                 OldestPending=now_us() - 14 * MINUTE,
                 Progress=('execute', 6120, 14282, 0, 3271168))

    def scene_offline(self):
        self.set(State='offline', Reason=reason('offline'), Pending=3, Online=False, NextRun=0,
                 OldestPending=now_us() - 130 * MINUTE)

    def scene_problems(self):
        self.set(State='problems', Reason=reason('problems', count='4'), Pending=3, Held=1,
                 Quarantined=3, OldestPending=now_us() - 51 * 60 * MINUTE,
                 LastRun=self.run('partial', pulled=17, pushed=4, errors=3))

    def scene_guarded(self):
        self.guards = [('receipt', 'server', 312, 1240, now_us() - 8 * MINUTE, 77)]
        self.set(State='guarded', Reason=reason('guard-server', count='312'), Guarded=312)

    def scene_alike(self):
        self.guards = [('receipt', 'alike', 312, 1240, now_us() - 8 * MINUTE, 78)]
        self.set(State='guarded', Reason=reason('guard-edits', count='312'), Guarded=312)

    def scene_empty(self):
        self.set(State='no-server', Reason=reason('no-server'), Connection='', Grade='none',
                 CheckedAt=0, NextRun=0, LastRun='', Records=0, Conflicts=0)

    def run(self, status, pulled=0, pushed=0, errors=0):
        ended = time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(time.time() - 12 * 60))
        return json.dumps({
            'run': 7, 'operation': 'delta', 'trigger': 'interval', 'status': status, 'phase': None,
            'started': ended, 'ended': ended, 'duration_ms': 840, 'phases': [],
            'records': {'pulled': pulled, 'pushed': pushed, 'deleted': 0, 'unchanged': 0,
                        'failed': errors, 'quarantined': 0, 'held': 0, 'guarded': 0},
            'conflicts': {'detected': 0, 'auto_resolved': 0,
                          'needs_user': len(self.conflicts)},
            'bytes': {'up': 0, 'down': 0}, 'requests': 4, 'retries': 0, 'grade': 'checked',
            'proof': None, 'errors': [{'record': 'receipt:R-00001', 'code': 'refused', 'message': 'no'}] * errors})

    def state_of(self, number):
        record = 'receipt:R-%05d' % number
        if any(c['id'] == record for c in self.conflicts):
            return 'diverged'
        if self.properties['Quarantined'][1] and number in (3, 8, 21):
            return 'quarantined'
        if self.properties['Pending'][1] and number in (5, 13, 34):
            return 'pending'
        return 'clean'

    def numbers(self, collection, search, problems):
        """A million receipts are a range, not a list."""
        if collection not in ('', 'receipt'):
            return []
        if problems:
            return [n for n in range(1, min(self.n_records, 200) + 1)
                    if self.state_of(n) != 'clean']
        if search:
            return [n for n in range(1, min(self.n_records, 5000) + 1)
                    if search.lower() in receipt(n).lower()]
        return range(1, self.n_records + 1)

    def list_records(self, collection, search, problems, offset, limit):
        numbers = self.numbers(collection, search, problems)
        page = numbers[offset:offset + limit]
        return len(numbers), [('receipt:R-%05d' % n, 'receipt', self.state_of(n)) for n in page]

    def collections(self):
        if self.n_records == 0:
            return []
        def conflicts(name):
            return sum(c['collection'] == name for c in self.conflicts)
        pending = self.properties['Pending'][1]
        return [('customer', 318, 0, conflicts('customer')),
                ('product', 146, 0, conflicts('product')),
                ('receipt', self.n_records, pending, conflicts('receipt')),
                ('supplier', 22, 0, conflicts('supplier'))]


class Agent:
    def __init__(self, store, xml):
        self.store = store
        self.node = Gio.DBusNodeInfo.new_for_xml(xml)
        self.fake = Gio.DBusNodeInfo.new_for_xml(FAKE)
        self.connection = None

    def export(self, connection):
        self.connection = connection
        connection.register_object(PATH, self.node.lookup_interface(SYNC), self.call, self.get, None)
        connection.register_object(FAKE_PATH, self.fake.interfaces[0], self.call_fake, None, None)

    def get(self, connection, sender, path, interface, name):
        kind, value = self.store.properties[name]
        return GLib.Variant(kind, value)

    def changed(self, *names):
        values = {n: GLib.Variant(*self.store.properties[n]) for n in names}
        self.connection.emit_signal(None, PATH, 'org.freedesktop.DBus.Properties',
                                    'PropertiesChanged',
                                    GLib.Variant('(sa{sv}as)', (SYNC, values, [])))

    def event(self, kind, data):
        self.store.seq += 1
        event = {'seq': self.store.seq, 'time': '2026-11-23T04:05:06.007Z', 'run': None,
                 'connection': None, 'type': kind, 'data': data}
        self.connection.emit_signal(None, PATH, SYNC, 'Event',
                                    GLib.Variant('(tss)', (self.store.seq, kind, json.dumps(event))))

    def call(self, connection, sender, path, interface, method, parameters, invocation):
        handler = getattr(self, 'do_' + method, None)
        if handler is None:
            invocation.return_dbus_error('io.github.tallystick.Error.Store.BadInput', method)
            return
        try:
            invocation.return_value(handler(*parameters.unpack()))
        except LookupError as error:
            invocation.return_dbus_error('io.github.tallystick.Error.Store.NotFound',
                                         'There is no record “%s”.' % error.args[0])
        except BlockingIOError:
            invocation.return_dbus_error('io.github.tallystick.Error.Store.Stale',
                                         'The record has moved on.')

    def call_fake(self, connection, sender, path, interface, method, parameters, invocation):
        if method == 'Calls':
            invocation.return_value(GLib.Variant('(s)', (json.dumps(self.store.calls),)))
        elif method == 'Set':
            name, value = parameters.unpack()
            self.store.set(**{name: value})
            self.changed(name)
            invocation.return_value(None)
        else:
            self.move(parameters.unpack()[0])
            invocation.return_value(None)

    def move(self, record):
        """The server changes a field of an open conflict; nobody is told."""
        conflict = self.find(record)
        conflict['turn'] += 1
        conflict['fields'][0]['sides']['server'] = '14.00'

    def find(self, record):
        for conflict in self.store.conflicts:
            if conflict['id'] == record:
                return conflict
        raise LookupError(record)

    def do_Sync(self, options):
        self.store.calls.append(['Sync'] + list(options.get('records', [])))
        self.store.set(LastRun=self.store.run('success', pulled=2, pushed=1), CheckedAt=now_us(),
                       Pending=0)
        self.changed('LastRun', 'CheckedAt', 'Pending')
        self.event('sync.completed', {})
        return GLib.Variant('(s)', (self.store.properties['LastRun'][1],))

    def pause(self, paused):
        self.store.calls.append(['Pause' if paused else 'Resume'])
        code = 'paused-by-user' if paused else 'up-to-date'
        self.store.set(Paused=paused, State=code, Reason=reason(code))
        self.changed('Paused', 'State', 'Reason')

    def do_ListGuards(self):
        return GLib.Variant('(a(ssuuxu))', (self.store.guards,))

    def do_ListGuarded(self, collection, side, after, limit):
        rows = [(n, receipt(n)) for n in range(after + 1, min(312, after + limit) + 1)]
        return GLib.Variant('(a(xs))', (rows,))

    def do_AnswerGuard(self, collection, side, keep, shown, mark):
        self.store.calls.append(['AnswerGuard', collection, side, keep, shown, mark])
        self.store.guards = []
        self.store.set(State='pending' if keep else 'up-to-date', Guarded=0,
                       Reason=reason('pending', count='312') if keep else reason('up-to-date'))
        self.changed('State', 'Reason', 'Guarded')
        return None

    def do_Plan(self, listed):
        if ['Sync'] in self.store.calls:
            plan = {'send': 0, 'fetch': 0, 'delete': 0, 'conflicts': 0,
                    'bytes': {'up': 0, 'down': 0}, 'seconds': 0, 'risk': 'none', 'records': []}
        else:
            plan = {'send': 3, 'fetch': 1240, 'delete': 2, 'conflicts': 1,
                    'bytes': {'up': 2100, 'down': 812000}, 'seconds': 4, 'risk': 'conflicts',
                    'records': [{'id': 'receipt:R-%05d' % n, 'action': action}
                                for n, action in enumerate(
                                    ['send', 'send', 'send deletion', 'merge', 'delete'] +
                                    ['fetch'] * 1236, 1)] if listed else []}
        return GLib.Variant('(s)', (json.dumps(plan),))

    def do_ListOutbox(self, lane, offset, limit):
        refused = json.dumps({'code': 'refused', 'arguments': {
            'status': '422', 'detail': 'vat_rate: 11.00 non è un’aliquota'}})
        rows = []
        if lane == 'hold':
            rows = self.held()
            return GLib.Variant('(a(ssbsuxx))', (rows[offset:offset + limit],))
        for number in range(1, min(self.store.n_records, 40) + 1):
            state = self.store.state_of(number)
            if (state == 'quarantined') == (lane == 'quarantine') and state in ('quarantined',
                                                                               'pending'):
                rows.append(('receipt:R-%05d' % number, 'receipt', number == 21,
                             refused if state == 'quarantined' else '', 2 if number == 8 else 0,
                             now_us() - number * 20 * MINUTE, 0))
        return GLib.Variant('(a(ssbsuxx))', (rows[offset:offset + limit],))

    def held(self):
        if not self.store.properties['Quarantined'][1]:
            return []
        return [(record, 'receipt', False, json.dumps({'code': code}), 0, now_us() - 90 * MINUTE, 0)
                for record, code in [('receipt:R-00101', 'on-hold'),
                                     ('receipt:R-00102', 'guard-alike')]]

    def do_Release(self, record):
        self.store.calls.append(['Release', record])
        return GLib.Variant('(u)', (1,))

    def do_Retry(self, record):
        self.store.calls.append(['Retry', record])
        return GLib.Variant('(u)', (1,))

    def do_Discard(self, record):
        self.store.calls.append(['Discard', record])
        return None

    def do_GetHealth(self, days):
        if self.store.properties['LastRun'][1] == '':
            runs, rate, errors, oldest = (0, 0, 0, 0), None, [], None
        else:
            at = time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(time.time() - 2 * 3600))
            runs, rate, oldest = (340 * days, 3, 2, 1), 0.9942, at
            errors = [{'code': 'server-unreachable', 'count': 2, 'first': at, 'last': at},
                      {'code': 'refused', 'count': 3, 'first': at, 'last': at}]
        health = {'since': '2026-11-16T00:00:00.000Z',
                  'runs': dict(zip(('success', 'partial', 'failed', 'cancelled'), runs)),
                  'success_rate': rate, 'duration_ms': {'p50': 412, 'p95': 2310},
                  'bytes': {'up': 182000, 'down': 6120000}, 'oldest_pending': oldest,
                  'open_problems': self.store.properties['Quarantined'][1], 'errors': errors}
        return GLib.Variant('(s)', (json.dumps(health),))

    def do_ListRuns(self, limit):
        runs = [dict(json.loads(self.store.run('success', pulled=pulled)), run=run)
                for run, pulled in ((9, 0), (8, 3), (7, 41))]
        return GLib.Variant('(s)', (json.dumps({'runs': runs[:limit]}),))

    def do_PlanUndo(self, run):
        shown = self.undoable(run)[0] + self.undoable(run)[1]
        if any(call[:3] == ['UndoRun', run, shown] for call in self.store.calls):
            return GLib.Variant('(uuu)', (0, 0, sum(self.undoable(run))))
        return GLib.Variant('(uuu)', self.undoable(run))

    @staticmethod
    def undoable(run):
        return {9: (0, 0, 0), 8: (2, 1, 1), 7: (38, 0, 3)}[run]

    def do_ListUndo(self, run, position, limit):
        undone = any(call[:2] == ['UndoRun', run] for call in self.store.calls)
        rows = [(1, 'receipt:R-00001', 'restore', '{"total":12.30}', 'edited' if undone else ''),
                (2, 'receipt:R-00002', 'restore', '{"total":7.00}', 'edited' if undone else ''),
                (3, 'receipt:R-00003', 'delete', '', 'edited' if undone else ''),
                (4, 'receipt:R-00004', 'restore', '{"total":1.00}', 'conflict')]
        return GLib.Variant('(a(xssss))', ([row for row in rows if row[0] > position],))

    def do_UndoRun(self, run, shown, hold):
        self.store.calls.append(['UndoRun', run, shown] + (['hold'] if hold else []))
        return None

    def do_Pause(self):
        self.pause(True)

    def do_Resume(self):
        self.pause(False)

    def do_ListCollections(self):
        return GLib.Variant('(a(suuu))', (self.store.collections(),))

    def do_ListRecords(self, collection, search, problems, offset, limit):
        return GLib.Variant('(ua(sss))', self.store.list_records(collection, search, problems,
                                                                offset, limit))

    def do_GetRecord(self, record):
        number = int(record.rpartition('-')[2])
        if not 1 <= number <= self.store.n_records:
            raise LookupError(record)
        return GLib.Variant('(sss)', (receipt(number), '3-%032x' % (number * 7919),
                                      self.store.state_of(number)))

    def do_Why(self, record):
        state = self.store.state_of(int(record.rpartition('-')[2]))
        reasons = {
            'diverged': [{'code': 'conflict', 'arguments': {}}],
            'pending': [{'code': 'pending', 'arguments': {}}],
            'quarantined': [{'code': 'refused', 'arguments': {
                'status': '422', 'detail': 'vat_rate: 11.00 non è un’aliquota'}}],
        }.get(state, [])
        return GLib.Variant('(s)', (json.dumps({'id': record, 'state': state,
                                                'reasons': reasons}),))

    def do_ListConflicts(self, record, offset, limit):
        found = [c for c in self.store.conflicts if record in ('', c['id'])]
        page = ','.join(conflict_json(c) for c in found[offset:offset + limit])
        return GLib.Variant('(s)', ('{"conflicts":[%s],"total":%d}' % (page, len(found)),))

    def do_Resolve(self, record, shown, take, fields):
        conflict = self.find(record)
        if shown not in ('', 'shown-%d' % conflict['turn']):
            raise BlockingIOError
        self.store.calls.append(['Resolve', record, take, fields])
        self.store.conflicts.remove(conflict)
        n = len(self.store.conflicts)
        self.store.set(Conflicts=n, State='conflicts' if n else 'up-to-date',
                       Reason=reason('conflicts', count=str(n)) if n else reason('up-to-date'))
        self.changed('Conflicts', 'State', 'Reason')
        self.event('conflict.resolved', {'ids': [record]})
        return GLib.Variant('(s)', ('5-' + 'c' * 32,))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('xml')
    parser.add_argument('--scenario', default='conflicts')
    parser.add_argument('--records', type=int, default=14282)
    options = parser.parse_args()

    with open(options.xml, encoding='utf-8') as file:
        agent = Agent(Store(options.scenario, options.records), file.read())
    loop = GLib.MainLoop()
    Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE,
                     lambda connection, name: agent.export(connection),
                     lambda connection, name: (print('ready', flush=True)),
                     lambda connection, name: loop.quit())
    loop.run()


if __name__ == '__main__':
    sys.exit(main())
