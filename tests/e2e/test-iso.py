#!/usr/bin/python3
# test-iso.py
#
# SPDX-License-Identifier: GPL-3.0-or-later

"""All of iso-codes through tallystick-server."""

import e2e
import iso


class TestIso(iso.IsoScenario, e2e.E2eTest):

    def test_all_records(self):
        self.start_server('iso')
        self.check_all_records()


if __name__ == '__main__':
    iso.need()
    e2e.main()
