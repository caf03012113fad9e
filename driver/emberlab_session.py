"""What a cluster starts as the application: the agent, whose package comes along as an archive. Its one argument names
the agent's configuration, which lies in the folder where it runs."""

import sys

from emberlab_driver.agent import main

if __name__ == "__main__":
    arguments, sys.argv = sys.argv, [""]  # what user code sees is that of an interactive Python
    sys.exit(main(arguments))
