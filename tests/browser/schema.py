"""Checks documents against `schema/report.schema.json`: schema.py FILE..., or `-` for standard input.

Needs the `jsonschema` package. Also checks that the schema refuses a document that lacks a part, so that a schema that
allows everything fails.
"""

import copy
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parents[2] / "schema/report.schema.json"


def main():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    wrong = 0
    for name in sys.argv[1:]:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        document = json.loads(text)
        for error in list(validator.iter_errors(document))[:10]:
            wrong += 1
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        for change in (lambda d: d.pop("verdict"), lambda d: d.update(extra=1), lambda d: d["counts"].update(differs=-1)):
            changed = copy.deepcopy(document)
            change(changed)
            if validator.is_valid(changed):
                wrong += 1
                print(f"{name}: the schema allows what it should refuse")
        print(f"{name}: {'wrong' if wrong else 'fits the schema'}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
