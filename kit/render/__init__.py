"""From typed blocks to HTML, PDF, Word, Excel and CSV.

Read ``blocks`` first: what a report says is made of them. ``prepare`` readies them for all writers.
"""

import sys

# nbformat imports jsonschema, which takes a second to build a grammar of web addresses, for a check that no notebook
# asks for. Without the package, jsonschema leaves the check out.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # which says that it is not to be had
