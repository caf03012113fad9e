"""Entry point: `spark-submit --properties-file FILE emberlab_driver/__main__.py CONFIG.json`."""

import os
import sys

# spark-submit runs this file as a script, so its own folder heads the module path. The package needs the folder above
# it while it is imported; afterwards both must be gone, or the agent's modules would shadow those of the user.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from emberlab_driver.agent import main  # noqa: E402

sys.path[0] = ""  # as in an interactive Python: modules beside the notebook can be imported

if __name__ == "__main__":
    arguments, sys.argv = sys.argv, [""]  # what user code sees is that of an interactive Python
    sys.exit(main(arguments))
