"""Takes a wheel that was handed in to where those of a project are: ``keep_wheel.py FOLDER NAME STORE``.

The one wheel in the folder ``NAME`` of ``FOLDER`` is looked at and copied; nothing of it runs. Prints JSON: ``name``,
``version`` and ``path``, or ``problem`` (a sentence for people).
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from builder import wheels  # noqa: E402 -- found by the line above
from builder.explain import BuildError, explain  # noqa: E402


def main() -> int:
    folder, name, store = sys.argv[1:]
    os.umask(0o022)
    try:
        library, version, path = wheels.keep(Path(folder), name, Path(store))
        print(json.dumps({"name": library, "version": version, "path": str(path)}))
    except BuildError as error:
        print(json.dumps({"problem": str(error)}))
    except OSError as error:
        print(json.dumps({"problem": explain([str(error)])}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
