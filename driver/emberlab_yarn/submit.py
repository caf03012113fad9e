"""Stands in for spark-submit where the cluster asks for Kerberos: `submit.py USER TOKENS PROPERTY … -- ARGUMENT …`
hands an application over as USER of the cluster, by delegation tokens in the file TOKENS; PROPERTY is an option of the
JVM.

With tokens alone Hadoop's clients take who runs this on the machine for the user, and would look for that one's folders
on the cluster. The same class runs as in spark-submit, in a JVM that has been told."""

import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from emberlab_yarn.java import find_py4j, start_submit  # noqa: E402


def main():
    user, tokens, *rest = sys.argv[1:]
    at = rest.index("--")
    options, arguments = rest[:at], rest[at + 1 :]
    spark_home = os.environ["SPARK_HOME"]
    find_py4j(spark_home)
    from py4j.protocol import Py4JError, Py4JJavaError

    gateway = start_submit(spark_home, os.environ["HADOOP_CONF_DIR"], options)
    jvm = gateway.jvm
    users = jvm.org.apache.hadoop.security.UserGroupInformation
    conf = jvm.org.apache.hadoop.conf.Configuration()
    users.setConfiguration(conf)
    whom = users.createRemoteUser(user)
    path = jvm.org.apache.hadoop.fs.Path(f"file://{tokens}")
    whom.addCredentials(jvm.org.apache.hadoop.security.Credentials.readTokenStorageFile(path, conf))
    users.setLoginUser(whom)
    words = gateway.new_array(jvm.java.lang.String, len(arguments))
    for index, argument in enumerate(arguments):
        words[index] = argument
    try:
        jvm.org.apache.spark.deploy.SparkSubmit.main(words)
    except Py4JJavaError as error:
        # What is looked for in its output begins as Java's own word of it does.
        sys.stderr.write('Exception in thread "main" ')
        writer = jvm.java.io.StringWriter()
        error.java_exception.printStackTrace(jvm.java.io.PrintWriter(writer))
        sys.stderr.write(writer.toString())
        os._exit(1)
    except Py4JError as error:
        # It has ended by itself, with what is wrong in its output.
        sys.stderr.write(f"Error: {error}\n")
        os._exit(1)
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
