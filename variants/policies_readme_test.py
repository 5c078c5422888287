#!/usr/bin/env python3
"""policies_readme_test.py - every row of README.md names a policy of policies.def, in that order."""
import pathlib
import re
import unittest

FOLDER = pathlib.Path(__file__).parent


class Readme(unittest.TestCase):
    def test_each_row_names_a_policy(self):
        policies = re.findall(r"^(?:POLICY|DEMO)\((\w+)\)", (FOLDER / "policies.def").read_text(),
                              re.MULTILINE)
        rows = re.findall(r"^\| `(\w+)` \| \S", (FOLDER / "README.md").read_text(), re.MULTILINE)
        self.assertGreater(len(rows), 20)
        self.assertEqual(rows, [name for name in policies if name in rows])


if __name__ == "__main__":
    unittest.main()
