#!/usr/bin/python3
# test-make-receipts.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reference set is what its name promises: always the same, and of the promised size."""

import json
import os
import subprocess
import unittest

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'make-receipts')


def make(seed, count):
    return subprocess.run([PROGRAM, '--seed', str(seed), '--count', str(count)], check=True,
                          stdout=subprocess.PIPE).stdout


class TestMakeReceipts(unittest.TestCase):

    def test_reference_set(self):
        lines = make(1, 50000).splitlines()
        self.assertEqual(len(lines), 50000)
        self.assertEqual(len({json.loads(line)['_id'] for line in lines}), 50000)
        average = sum(map(len, lines)) / len(lines)
        self.assertTrue(550 <= average <= 650, average)

    def test_seed(self):
        self.assertEqual(make(7, 100), make(7, 100))
        self.assertNotEqual(make(7, 100), make(8, 100))
        self.assertEqual(make(7, 200)[:len(make(7, 100))], make(7, 100))

    def test_shape(self):
        for line in make(3, 500).splitlines():
            receipt = json.loads(line)
            self.assertTrue(line.startswith(b'{"_id":"receipt:'))
            self.assertEqual(len(receipt['document_number']), 9)
            self.assertEqual(len(receipt['fiscal_id']), 11)
            paid = float(receipt['cash_payment_amount']) + float(receipt['electronic_payment_amount'])
            self.assertAlmostEqual(paid, float(receipt['total_amount']), 2)
            for item in receipt['items']:
                self.assertRegex(item['quantity'], r'^\d+\.\d\d$')
                self.assertIn(item['vat_rate_code'], ['4.00', '5.00', '10.00', '22.00'])


if __name__ == '__main__':
    unittest.main()
