"""Where R and its package SparkR are, and what the R workers of Spark need to find the latter."""

import os
import shlex
import shutil
import stat

from ..interpreters import StartError

# Where an administrator says that SparkR is; the folder that holds the package's folder.
SETTING = "EMBERLAB_SPARKR"
NO_R = (
    "R is not installed where Spark drivers run. "
    "An administrator can install it, for example with: apt-get install r-base-core r-cran-jsonlite"
)
NO_SPARKR = (
    "R has no package SparkR. An administrator can use a Spark distribution that has it in R/lib, "
    f"or install the package and name its library in the setting {SETTING}"
)


def find_r(conf):
    """The command that starts R. `conf` is a SparkConf. Raises StartError when there is none."""
    named = conf.get("spark.r.shell.command", "") or os.environ.get("SPARKR_DRIVER_R") or "R"
    found = shutil.which(named)
    if found is None:
        raise StartError(NO_R if named == "R" else f"the R that the settings name, {named}, is not there")
    return os.path.abspath(found)


def find_library(environment):
    """The library with SparkR: that of the Spark distribution, else the one of the setting; None leaves it to R. Raises
    StartError when the setting names one without SparkR."""
    home, named = environment.get("SPARK_HOME"), environment.get(SETTING)
    own = spark_library(home)
    if own is not None and _has_sparkr(own):
        return own
    if not named:
        return None
    if not _has_sparkr(named):
        raise StartError(f"{SETTING} names {named}, where there is no package SparkR")
    # On YARN it lies in the folder where the driver has begun.
    return os.path.abspath(named)


def spark_library(home):
    """Where Spark looks for SparkR to start its R workers."""
    return os.path.join(home, "R", "lib") if home else None


def prepare_workers(conf, home, library, folder):
    """Lets R workers on this machine load SparkR from `library`. Spark starts them with a script of the package under
    SPARK_HOME and takes no other; so the command that it starts is one of ours, which puts the right script in the
    place of the other. `folder` is a private one that is there as long as the session. On a cluster the workers run
    elsewhere, with the SparkR of the Spark that is installed there."""
    own = spark_library(home)
    if own is None or _has_sparkr(own) or not conf.get("spark.master", "").startswith("local"):
        return
    command = conf.get("spark.r.command", "") or conf.get("spark.sparkr.r.command", "") or "Rscript"
    path = os.path.join(folder, "worker")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_worker_script(command, own, library))
    os.chmod(path, stat.S_IRWXU)
    conf.set("spark.r.command", path)


def _worker_script(command, own, library):
    return f"""#!/bin/sh
# Called by Spark as: worker --vanilla SPARK_HOME/R/lib/SparkR/worker/SCRIPT
SPARKR_RLIBDIR={shlex.quote(library)}
export SPARKR_RLIBDIR
script="$2"
exec {shlex.quote(command)} "$1" "$SPARKR_RLIBDIR${{script#{shlex.quote(own)}}}"
"""


def _has_sparkr(library):
    return os.path.isfile(os.path.join(library, "SparkR", "DESCRIPTION"))
