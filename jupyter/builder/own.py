"""What of an environment is Emberlab's own: its package, and the kernels with their names and pictures."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

from builder.explain import BuildError

HERE = Path(__file__).resolve().parent.parent
#: What is asked for, of which ``base.txt`` is made.
BASE = HERE / "requirements" / "base.in"
#: With what the Jupyter server and the kernels begin; their conditions stand in the base set.
NEEDS = {
    "jupyter": ["jupyterlab", "nbclassic", "ipykernel"],
    "spark": ["sparkmagic", "autovizwidget", "hdijupyterutils", "ipykernel", "pandas"],
}
PACKAGE = HERE / "emberlab_jupyter"
#: Pictures of the Spark kernels, by the names of their specs: drawings, and each drawn as a PNG of 64 × 64 points.
ICONS = HERE / "icons"
#: Names of kernels as people read them.
KERNELS = {"python3": "Python", "pysparkkernel": "PySpark", "sparkkernel": "Spark", "sparkrkernel": "SparkR"}


def install_package(site_packages: Path) -> None:
    """Installs ``emberlab_jupyter`` with the metadata of a wheel (see the packaging user guide).

    It is then listed like any other package, and no build system has to be fetched for it.
    """
    version = re.search(r'__version__ = "([^"]+)"', (PACKAGE / "__init__.py").read_text())
    if version is None:
        raise BuildError("Emberlab's own package has no version.")
    dist_info = site_packages / f"emberlab_jupyter-{version[1]}.dist-info"
    files = {f"{PACKAGE.name}/{path.name}": path.read_bytes() for path in sorted(PACKAGE.glob("*.py"))}
    needs = "".join(f"{line}\n" for line in needed_lines())
    metadata = {
        "METADATA": f"Metadata-Version: 2.1\nName: emberlab-jupyter\nVersion: {version[1]}\n{needs}",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: emberlab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "INSTALLER": "emberlab\n",
    }
    files |= {f"{dist_info.name}/{name}": text.encode() for name, text in metadata.items()}
    record = ""
    for name, content in files.items():
        path = site_packages / name
        path.parent.mkdir(exist_ok=True)
        # Where a library has brought a file of this name, that is a link into the installer's cache.
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(content)}\n"
    (dist_info / "RECORD").write_text(f"{record}{dist_info.name}/RECORD,,\n")


def needed_lines() -> list[str]:
    """What the Jupyter server and the kernels need, as metadata: by it people are told what would not work any more."""
    asked = {match[0]: line for line in BASE.read_text().splitlines() if (match := re.match(r"[a-z0-9-]+", line))}
    lines = []
    for use, names in NEEDS.items():
        lines.append(f"Provides-Extra: {use}")
        lines += [f"Requires-Dist: {asked.get(name, name)} ; extra == '{use}'" for name in names]
    return lines


def install_kernels(folder: Path, site_packages: Path) -> None:
    """Puts sparkmagic's kernels beside the Python one, and gives all the names that people know."""
    kernels = folder / "share/jupyter/kernels"
    for name, label in KERNELS.items():
        of_spark = site_packages / "sparkmagic/kernels" / name
        source = (of_spark if of_spark.exists() else kernels / name) / "kernel.json"
        if not source.exists():
            # What it is of has been removed: there is no such kernel then.
            continue
        spec = json.loads(source.read_text())
        if of_spark.exists():
            spec["argv"] = ["python", "-m", f"{PACKAGE.name}.kernel", name, "-f", "{connection_file}"]
            (kernels / name).mkdir(parents=True)
            # JupyterLab takes the drawing, classic Jupyter the picture.
            shutil.copyfile(ICONS / f"{name}.svg", kernels / name / "logo-svg.svg")
            shutil.copyfile(ICONS / f"{name}.png", kernels / name / "logo-64x64.png")
        write_json(kernels / name / "kernel.json", {**spec, "display_name": label})


def write_json(path: Path, content: object) -> None:
    """Writes a new file. Never in place: the old one may be a link into the installer's cache, which all share."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, indent=1))
    fresh.replace(path)
