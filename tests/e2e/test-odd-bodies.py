#!/usr/bin/python3
# test-odd-bodies.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other programs bend comes through unbent: every door, both ways, and a merge."""

import unicodedata

import e2e

DEEP = 999      # arrays inside the object: 1,000 levels, the most that is taken

# Text forms, as they must come out on the other side.
BODIES = {
    'empty': '{}',
    'integer-20-digits': '{"n":12345678901234567890,"m":-98765432109876543210}',
    'integer-400-digits': '{"n":' + '9' * 400 + '}',
    'float-1.0': '{"a":1.0,"b":1,"c":1.00,"d":10e-1}',
    'float-1e21': '{"a":1e21,"b":1E21,"c":1e+21,"d":1000000000000000000000}',
    'zeros': '{"a":-0.0,"b":-0,"c":0.0,"d":0,"e":0e0,"f":0.000}',
    'out-of-range': '{"a":1e400,"b":-1e400,"c":1e-400,"d":[1e400]}',
    'decimals': '{"a":0.1,"b":0.30000000000000004,"c":3.141592653589793238462643383279}',
    'nul': r'{"a":"x\u0000y","\u0000":1,"k\u0000l":{"\u0000":"\u0000"},"k":2}',
    'escapes': r'{"a":"\u00e8","b":"è","c":"\u00E8","d":"\/","e":"/","f":"\b\f\n\r\t\"\\",'
               r'"g":"\u001f\u007f"}',
    'escaped-names': r'{"\u0061":1,"b\/c":2,"\u00e8":3,"d\"e":4,"f\\g":5}',
    'surrogates': r'{"pair":"\ud83e\uddfe","plain":"🧾","lone":"\ud800","turned":"\udc00\ud800"}',
    'separators': '{"a":"\u2028\u2029\u0085\ufeff\u00a0"}',
    'white-space-inside': '{"a":"  two  spaces\u3000"," ":"   "," a ":1}',
    'nfc-nfd': '{"' + unicodedata.normalize('NFC', 'é') + '":1,"'
               + unicodedata.normalize('NFD', 'é') + '":2}',
    'nest': '{"x":' + '[' * DEEP + ']' * DEEP + '}',
    'nest-objects': '{"x":' + '{"x":' * (DEEP - 1) + '{}' + '}' * (DEEP - 1) + '}',
    'lookalikes': '{"id":"other","rev":"9-x","deleted":true,"ok":1,"docs":[],"doc":null,"seq":0,'
                  '"error":"no","reason":"none","new_edits":true,"attachments":{},"revisions":[],'
                  '"rev ":1," _id":2,"key":3,"value":4,"changes":[],"results":[],"last_seq":9}',
    'inner-underscores': '{"x":{"_id":"y","_rev":"1-0","_deleted":true,"_attachments":{}},'
                         '"list":[{"_id":1}]}',
    'names': '{"":0,"constructor":1,"toString":2,"length":3,"a.b":4,"a/b":5,"~":6,"~0":7,"$":8}',
    'types': '{"a":null,"b":true,"c":false,"d":"","e":[],"f":{},"g":[[],[{}],null]}',
    'order': '{"z":1,"a":2,"m":3,"B":4,"10":5,"9":6}',
    'big': '{"text":"' + 'è€🧾 ' * 140000 + '","list":[' + '1.0,' * 150000 + '0]}',
}

IDS = [
    'a/b', '/', 'a//b/', 'line\nbreak', '\n', 'tab\tid', ' space ', 'per%cent', '%2F', '%00', 'a+b',
    'a b', 'what?', 'x?rev=1-0', '#hash', 'quote"id', "single'id", 'back\\slash', '🧾', 'a&b=c',
    unicodedata.normalize('NFC', 'é'), unicodedata.normalize('NFD', 'é'), '\u212b', '\u00c5',
    '\u200b', '\ufeff', '\u2028', '\x01\x1f\x7f', 'a:b:c', ':', 'receipt:', '-leading', '--json',
    '{"_id":"x"}', 'null', '..', '.', '../../etc/passwd', 'A', 'a', 'design/x', 'x' * 9000,
    '\U0010ffff', 'ﷺ' * 300,
]

DOCUMENTS = {f'body:{name}': body for name, body in BODIES.items()}
DOCUMENTS.update({key: f'{{"number":{number}.0}}' for number, key in enumerate(IDS)})


def lines(documents):
    return ''.join(e2e.export_line(key, documents[key]) + '\n'
                   for key in sorted(documents, key=str.encode))


def with_member(body, text):
    return body[:-1] + (',' if len(body) > 2 else '') + text + '}'


class TestOddBodies(e2e.E2eTest):

    def setUp(self):
        super().setUp()
        self.start_server()

    def test_import(self):
        """import → export, server, another device; and back with a merge of every record."""
        a, b = self.device('a'), self.device('b')
        answer = a.import_text(lines(DOCUMENTS)).json
        self.assertEqual(answer['created'], len(DOCUMENTS))
        self.assert_same_text(a.export(), lines(DOCUMENTS), 'the import and the export')
        self.assertEqual(a.import_text(lines(DOCUMENTS)).json['unchanged'], len(DOCUMENTS))

        self.assertEqual(a.sync()['records']['pushed'], len(DOCUMENTS))
        self.assertEqual(b.sync()['records']['pulled'], len(DOCUMENTS))
        self.assert_same_text(b.export(), lines(DOCUMENTS), 'the other device')
        self.assert_agreed(a, b)

        for device, text in ((a, '"by a":1.0'), (b, '"by b":1e400')):
            device.ask_nothing()
            device.import_text(lines({key: with_member(body, text)
                                      for key, body in DOCUMENTS.items()}))
        a.sync()
        run = b.sync()
        self.assertEqual(run['conflicts'], {'detected': len(DOCUMENTS),
                                            'auto_resolved': len(DOCUMENTS), 'needs_user': 0})
        e2e.settle_down(a, b)
        merged = {key: with_member(with_member(body, '"by a":1.0'), '"by b":1e400')
                  for key, body in DOCUMENTS.items()}
        self.assert_same_text(a.export(), lines(merged), 'what was merged')
        self.assert_agreed(a, b)

    def test_put(self):
        """put and get, one by one, with white space that is not kept; then delete by id."""
        a, b = self.device('a'), self.device('b')
        for key, body in DOCUMENTS.items():
            a.cli('put', '--', key, input=f' {body[:1]}\n\t{body[1:-1]} \r\n{body[-1:]}\n')
            # Not an assertEqual: on a failure it would compare two megabytes for minutes.
            self.assert_same_text(a.cli('get', '--', key).out, e2e.export_line(key, body) + '\n',
                                  repr(key[:50]))
        e2e.settle_down(a, b)
        self.assert_same_text(b.export(), lines(DOCUMENTS), 'the other device')
        self.assert_agreed(a, b)

        for key in IDS:
            b.cli('delete', '--', key)
        # So many that both are asked.
        b.confirm()
        b.sync()
        a.confirm()
        e2e.settle_down(b, a)
        left = {f'body:{name}': body for name, body in BODIES.items()}
        self.assert_same_text(a.export(), lines(left), 'after deleting by id')
        self.assert_agreed(a, b)

    def test_pull(self):
        """Written by somebody else over plain HTTP: one request each, then all in one."""
        for key, body in DOCUMENTS.items():
            document = e2e.export_line(key, body).replace('{', '{ \n ', 1)
            status, answer = e2e.request('POST', self.url, document)
            self.assertEqual(status, 201, (key[:50], answer[:500]))
        a = self.device('a')
        a.sync()
        self.assert_same_text(a.export(), lines(DOCUMENTS), 'the device')
        self.assert_agreed(a)

        other = self.server.create('other')
        # Not splitlines(), which cuts at U+2028 as well.
        docs = ','.join(lines(DOCUMENTS).rstrip('\n').split('\n'))
        status, answer = e2e.request('POST', f'{other}/_bulk_docs', f'{{"docs":[{docs}]}}')
        self.assertEqual(status, 201, answer[:500])
        b = self.device('b', other)
        b.sync()
        self.assert_same_text(b.export(), lines(DOCUMENTS), 'the device')

    def test_refused(self):
        """What is no document is refused at every door, alone and by name; nothing is kept."""
        a = self.device('a')
        bad = {
            'too deep': '{"x":' + '[' * (DEEP + 1) + ']' * (DEEP + 1) + '}',
            'twice': r'{"a":1,"\u0061":2}',
            'underscore': '{"_x":1}',
            'number': '{"a":01}',
            'infinity': '{"a":Infinity}',
            'control': '{"a":"\x01"}',
            'no object': '[]',
        }
        for name, body in bad.items():
            with self.subTest(name):
                answer = a.cli('put', 'x', input=body, code=4)
                self.assertRegex(answer.err, r'^tallyctl: .')
                if body[0] == '{':
                    text = '{"_id":"good"}\n' + e2e.export_line('bad', body) + '\n'
                    answer = a.import_text(text, code=4)
                    self.assertIn('2', answer.err)
                    status, _ = e2e.request('POST', self.url, e2e.export_line('bad', body))
                    self.assertEqual(status, 400)
        self.assertEqual(a.export(), '')
        self.assertEqual(e2e.export_of_server(self.url), '')


if __name__ == '__main__':
    e2e.main()
