"""Puts compiled modules beside the sources in the archives of a Spark distribution that this Python will import.

Run as `python compile_modules.py FOLDER SHOWN`, where FOLDER holds `pyspark.zip` and its companions, and SHOWN is the
path under which drivers will know it. Without this every driver, and every daemon of Python workers, compiles what it
imports anew, since nothing can be cached in an archive. Another version of Python ignores them and takes the sources.
"""

import importlib.util
import marshal
import os
import sys
import zipfile

# Large, and imported by few: they work as before.
LEFT_OUT = ("/tests/", "pyspark/pandas/", "pyspark/ml/", "pyspark/mllib/", "pyspark/examples/")
# PEP 552: the hash of the source decides, and is not checked.
UNCHECKED_HASH = (1).to_bytes(4, "little")


def compile_archive(path, shown):
    """Rewrites the archive at `path`; tracebacks name its modules as parts of `shown`. Returns how many it compiled."""
    count = 0
    fresh = f"{path}.new"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as new:
        names = set(old.namelist())
        for entry in old.infolist():
            source = old.read(entry)
            new.writestr(entry, source)
            name = entry.filename
            if not name.endswith(".py") or f"{name}c" in names or any(part in name for part in LEFT_OUT):
                continue
            code = compile(source, os.path.join(shown, name), "exec", dont_inherit=True)
            header = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + importlib.util.source_hash(source)
            new.writestr(f"{name}c", header + marshal.dumps(code))
            count += 1
    os.replace(fresh, path)
    return count


def main(folder, shown):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".zip"):
            count = compile_archive(os.path.join(folder, name), os.path.join(shown, name))
            print(f"{name}: {count} modules compiled")


if __name__ == "__main__":
    main(*sys.argv[1:])
