"""The rows of a DataFrame as an Arrow IPC stream. The JVM and its executors write it; pyarrow is not needed."""

import struct

from .messages import shorten_bytes
from .scala_repl import ScalaModules

# One statement may bring no more than this.
MAX_FILE_BYTES = 1 << 30
# Partitions come in groups of about this size, so that memory stays bounded however many there are.
GROUP_BYTES = 64 * 1024 * 1024
MAX_GROUP = 4096
_END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"
_LENGTH = struct.Struct("!i")


class TooLarge(Exception):
    """The rows are more than MAX_FILE_BYTES; the message is for people."""

    def __init__(self):
        size = shorten_bytes(MAX_FILE_BYTES)
        super().__init__(f"The rows are larger than {size}, the most that one statement may bring. "
                         "Please take fewer rows or columns, or a sample.")  # fmt: skip


def write_stream(frame, file, at_once=1):
    """Writes all rows of a DataFrame to a binary `file`; returns how many rows and bytes these are. The first
    `at_once` partitions are calculated together. Raises TooLarge, OSError, and what Spark raises."""
    context, jvm = frame.sparkSession.sparkContext, frame.sparkSession._jvm
    stream = _Stream(frame, file)
    batches = frame._jdf.toArrowBatchRdd().toJavaRDD()
    partitions = batches.getNumPartitions()
    done = 0
    while done < partitions:
        group = list(range(done, min(partitions, done + at_once)))
        stream.add(_received(*jvm.PythonRDD.runJob(context._jsc.sc(), batches, group)))
        done += len(group)
        at_once = max(1, min(at_once * 4, GROUP_BYTES * done // stream.size, MAX_GROUP))
    return stream.end()


def write_first(frame, limit, file):
    """Writes at most `limit` rows, which are looked for in few partitions first, as `take` does: they are held in the
    driver's memory. Returns and raises as `write_stream`."""
    jvm = frame.sparkSession._jvm
    stream = _Stream(frame, file)
    rows = frame.limit(limit)._jdf.queryExecution().executedPlan().executeCollect()
    batches = _to_batches(jvm, _iterator_over(jvm, rows), frame._jdf.schema(), stream.conf)
    stream.add(_received(*jvm.PythonRDD.serveIterator(batches, "emberlab-arrow")))
    return stream.end()


class _Stream:
    """An Arrow IPC stream that begins with the schema of a DataFrame."""

    def __init__(self, frame, file):
        self.conf = frame._jdf.sparkSession().sessionState().conf()
        self._file = file
        self._rows = 0
        self.size = file.write(_schema_message(frame, self.conf, frame.sparkSession._jvm))

    def add(self, batches):
        for batch in batches:
            self._rows += count_rows(batch)
            self.size += self._file.write(batch)
            if self.size + len(_END_OF_STREAM) > MAX_FILE_BYTES:
                raise TooLarge

    def end(self):
        return self._rows, self.size + self._file.write(_END_OF_STREAM)


def count_rows(message):
    """How many rows an encapsulated message of a record batch has: the first field of the header in its metadata.

    Its layout: 0xffffffff, the metadata's size, then a flatbuffer, in which each table begins with the distance back to
    the list of its fields' offsets (two sizes and the offsets, 16 bits each; zero for a default).
    """
    start = 8
    table = start + _read(message, "<I", start)
    header = _field(message, table, 2)
    batch = header + _read(message, "<I", header)
    length = _field(message, batch, 0)
    return _read(message, "<q", length) if length else 0


def _field(message, table, number):
    """The position of a field of a table, or 0 when it has the default."""
    fields = table - _read(message, "<i", table)
    if 4 + 2 * number >= _read(message, "<H", fields):
        return 0
    offset = _read(message, "<H", fields + 4 + 2 * number)
    return table + offset if offset else 0


def _read(message, layout, position):
    return struct.unpack_from(layout, message, position)[0]


def _schema_message(frame, conf, jvm):
    schema, zone = frame._jdf.schema(), conf.sessionLocalTimeZone()
    arrow = _arrow_schema(jvm.org.apache.spark.sql.util.ArrowUtils, schema, zone, conf.arrowUseLargeVarTypes())
    bytes_out = jvm.java.io.ByteArrayOutputStream()
    ipc = jvm.org.apache.arrow.vector.ipc
    channel = ipc.WriteChannel(jvm.java.nio.channels.Channels.newChannel(bytes_out))
    ipc.message.MessageSerializer.serialize(channel, arrow)
    return bytes(bytes_out.toByteArray())


def _arrow_schema(utils, schema, zone, large):
    from py4j.protocol import Py4JError, Py4JJavaError

    try:
        return utils.toArrowSchema(schema, zone, False, large)
    except Py4JJavaError:
        raise
    except Py4JError:  # later versions have one argument more
        return utils.toArrowSchema(schema, zone, False, large, getattr(utils, "toArrowSchema$default$5")())


def _iterator_over(jvm, array):
    """Scala's iterator over an array of the JVM."""
    if jvm.scala.util.Properties.versionNumberString().startswith("2.12."):
        return jvm.scala.collection.mutable.WrappedArray.make(array).iterator()
    return jvm.scala.collection.immutable.ArraySeq.unsafeWrapArray(array).iterator()


def _to_batches(jvm, rows, schema, conf):
    """Arrow batches of the rows, by Spark's own converter; the task that it would clean up after is None here."""
    from py4j.protocol import Py4JError, Py4JJavaError

    converters = ScalaModules(jvm).module("org.apache.spark.sql.execution.arrow.ArrowConverters")
    arguments = [rows, schema, conf.arrowMaxRecordsPerBatch(), conf.sessionLocalTimeZone(), False]
    try:
        return converters.toBatchIterator(*arguments, conf.arrowUseLargeVarTypes(), None)
    except Py4JJavaError:
        raise
    except Py4JError:  # before Spark 4
        return converters.toBatchIterator(*arguments, None)


def _received(port, secret, server):
    """What the JVM serves there, piece by piece. Raises OSError, and what made the JVM end too early."""
    file, sock = _connect(port, secret)
    try:
        sock.settimeout(None)
        while True:
            head = file.read(_LENGTH.size)
            if not head:
                # The pieces are calculated while they are served: the stream's end does not say that all of them were.
                server.getResult()
                return
            if len(head) < _LENGTH.size:
                raise OSError("Spark has sent only a part of the rows.")
            length = _LENGTH.unpack(head)[0]
            batch = file.read(length)
            if length < 0 or len(batch) < length:
                raise OSError("Spark has sent only a part of the rows.")
            yield batch
    finally:
        file.close()
        sock.close()


def _connect(port, secret):
    try:
        from pyspark.util import local_connect_and_auth
    except ImportError:  # before Spark 4
        from pyspark.java_gateway import local_connect_and_auth
    return local_connect_and_auth(port, secret)
