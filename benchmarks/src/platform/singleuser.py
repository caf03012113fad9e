"""JupyterHub's server of a user, run by the Python of a project's environment: ``singleuser.py SITE_PACKAGES ARGUMENT ...``.

What that environment has comes from there, JupyterLab above all, and only the rest from JupyterHub's own.
"""

import sys

sys.path.append(sys.argv.pop(1))

from jupyterhub.singleuser import main

main()
