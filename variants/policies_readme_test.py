#!/usr/bin/env python3
"""policies_readme_test.py - README.md has a row for each policy of policies.def, in that order."""
import pathlib
import re
import unittest

FOLDER = pathlib.Path(__file__).parent


class Readme(unittest.TestCase):
    def test_each_policy_has_a_row(self):
        policies = re.findall(r"^(?:POLICY|DEMO)\((\w+)\)", (FOLDER / "policies.def").read_text(),
                              re.MULTILINE)
        rows = re.findall(r"^\| `(\w+)` \| \S", (FOLDER / "README.md").read_text(), re.MULTILINE)
        self.assertEqual(rows, policies)


if __name__ == "__main__":
    unittest.main()
