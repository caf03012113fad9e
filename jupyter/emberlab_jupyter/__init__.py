"""What Emberlab adds to a project's Python environment, so that JupyterLab and sparkmagic work within it unmodified.

The spawner sets these variables for a Jupyter server, and its kernels inherit them:

- ``EMBER_TOKEN_FILE``: the file with the secret that opens the project's Livy gateway,
- ``EMBER_PROJECT_FOLDER``: the project's folder.
"""

__version__ = "0.1.0"
