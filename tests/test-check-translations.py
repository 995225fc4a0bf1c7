#!/usr/bin/python3
# test-check-translations.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows check-translations.py a bad and a good translation for each of its rules."""

import importlib.util
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location('check_translations',
                                              os.path.join(HERE, 'check-translations.py'))
sys.dont_write_bytecode = True
check_translations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_translations)

HEAD = '''msgid ""
msgstr ""
"Project-Id-Version: x\\n"
"PO-Revision-Date: 2026-01-01 00:00+0000\\n"
"Last-Translator: x\\n"
"Language-Team: x\\n"
"Language: it\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
'''


def findings(source, translations):
    """The (language, what) pairs found for one C file and the entries of it.po."""
    files = {'po/LINGUAS': '# all\nit\n', 'po/POTFILES.in': 'x.c\n',
             'po/it.po': HEAD + translations, 'x.c': source}
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(os.path.join(root, 'po'))
        for path, text in files.items():
            with open(os.path.join(root, path), 'w', encoding='utf-8') as handle:
                handle.write(text)
        return [found[:2] for found in check_translations.check(root)]


def pair(string, translation):
    """What is found when a string has this translation."""
    return findings(f'char *a = _("{string}");\n',
                    f'\nmsgid "{string}"\nmsgstr "{translation}"\n')


class TestCheckTranslations(unittest.TestCase):

    def test_complete(self):
        self.assertEqual(pair('Hello', 'Ciao'), [])
        self.assertEqual(pair('Hello', ''), [('it', 'not translated')])
        self.assertEqual(findings('char *a = _("New");\n', '\nmsgid "Old"\nmsgstr "Vecchio"\n'),
                         [('it', 'not translated')])
        self.assertEqual(findings('char *a = _("Hello");\n',
                                  '\n#, fuzzy\nmsgid "Hello"\nmsgstr "Ciao"\n'),
                         [('it', 'fuzzy')])

    def test_plural(self):
        source = 'char *a = ngettext ("%u day", "%u days", n);\n'
        entry = '\n#, c-format\nmsgid "%u day"\nmsgid_plural "%u days"\n'
        self.assertEqual(findings(source, entry + 'msgstr[0] "%u giorno"\nmsgstr[1] "%u giorni"\n'), [])
        self.assertEqual(findings(source, entry + 'msgstr[0] ""\nmsgstr[1] ""\n'),
                         [('it', 'not translated')])

    def test_format(self):
        entry = '\n#, c-format\nmsgid "%u of %s"\nmsgstr "%s"\n'
        self.assertEqual(findings('char *a = _("%u of %s");\n', entry), [('it', 'msgfmt')])

    def test_arguments(self):
        self.assertEqual(pair('No[ {a}]. Go', 'Niente[ {a}]. Vai'), [])
        self.assertEqual(pair('No {a}', 'Niente {b}'), [('it', 'other {arguments}')])
        self.assertEqual(pair('No[ {a}]', 'Niente {a}'), [('it', 'other [optional parts]')])

    def test_sentences(self):
        self.assertEqual(pair('Is {a}. Go', 'È {a}. È'), [])
        self.assertEqual(pair('Is {a}. Go', 'È {a}, e'), [('it', 'not as many sentences')])

    def test_options(self):
        self.assertEqual(pair('Give --user or --take', 'Dare --take o --user'), [])
        self.assertEqual(pair('Give --user', 'Dare --utente'), [('it', 'other --options')])

    def test_ends(self):
        self.assertEqual(pair('Line: ', 'Riga: '), [])
        self.assertEqual(pair('Line: ', 'Riga:'), [('it', 'other space at the end')])
        self.assertEqual(pair('  %s', '%s'), [('it', 'other space at the start')])
        self.assertEqual(pair('Wait…', 'Attendere'), [('it', 'an ellipsis on one side only')])

    def test_access_key(self):
        self.assertEqual(pair('_Open', 'A_pri'), [])
        self.assertEqual(pair('_Open', 'Apri'), [('it', 'not one access key')])
        self.assertEqual(pair('_rev is not an id', '_rev non è un id'), [])

    def test_macro(self):
        self.assertEqual(findings('char *a = _(" %" PRI " of");\n', '\nmsgid " %"\nmsgstr " %"\n'),
                         [('-', 'a macro stands in a marked string')])


if __name__ == '__main__':
    unittest.main()
