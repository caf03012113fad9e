"""`%json` and `%table` of Scala values: helpers in Scala turn them into JSON, in which they come here."""

import json

from .magics import UnknownMagic, bounded
from .scala_repl import SUCCESS
from .table import MIME_TYPE, make_typed_table, table_text

# In the interpreter's own world: a place for values, and what describes them. Both names stay out of completions.
_PLACE = "emberlabValue"
_HELPERS = """
object emberlabHelpers {
  import org.apache.spark.rdd.RDD
  import org.apache.spark.sql.Row
  private val mapper = new com.fasterxml.jackson.databind.ObjectMapper()
    .registerModule(com.fasterxml.jackson.module.scala.DefaultScalaModule)
    .configure(com.fasterxml.jackson.core.JsonGenerator.Feature.QUOTE_NON_NUMERIC_NUMBERS, false)
  private def rows(value: Any): Any = value match {
    case rdd: RDD[_] => rdd.take(10).toSeq
    case other => other
  }
  private def plain(value: Any): Any = value match {
    case null | None => null
    case Some(inner) => plain(inner)
    case row: Row if row.schema != null =>
      val map = new java.util.LinkedHashMap[String, Any]()
      row.schema.fieldNames.zip(row.toSeq).foreach { case (name, item) => map.put(name, plain(item)) }
      map
    case row: Row => plain(row.toSeq)
    case entries: scala.collection.Map[_, _] =>
      val map = new java.util.LinkedHashMap[String, Any]()
      entries.foreach { case (key, item) => map.put(String.valueOf(key), plain(item)) }
      map
    case items: Array[_] => plain(items.toSeq)
    case items: scala.collection.Iterable[_] =>
      val list = new java.util.ArrayList[Any]()
      items.foreach(item => list.add(plain(item)))
      list
    case _: java.sql.Timestamp | _: java.sql.Date | _: java.time.temporal.Temporal | _: Char => value.toString
    case product: Product =>
      val map = new java.util.LinkedHashMap[String, Any]()
      fields(product).foreach { case (name, item) => map.put(name, plain(item)) }
      map
    case other => other
  }
  private def fields(product: Product): Seq[(String, Any)] = {
    val names =
      if (product.getClass.getName.startsWith("scala.Tuple")) (1 to product.productArity).map("_" + _)
      else product.getClass.getDeclaredFields.toSeq.filterNot(_.isSynthetic).map(_.getName).filterNot(_.contains("$"))
    names.zip(product.productIterator.toSeq)
  }
  def json(value: Any): String = mapper.writeValueAsString(plain(rows(value)))
  def table(value: Any): String = {
    val list = rows(value) match {
      case items: Array[_] => items.toSeq
      case entries: scala.collection.Map[_, _] => Seq(entries)
      case items: scala.collection.Iterable[_] => items.toSeq
      case other => Seq(other)
    }
    mapper.writeValueAsString(plain(list.map(cells)))
  }
  private def cells(row: Any): Seq[Any] = (row match {
    case row: Row if row.schema != null => row.schema.fieldNames.toSeq.zip(row.toSeq)
    case row: Row => numbered(row.toSeq)
    case entries: scala.collection.Map[_, _] =>
      entries.toSeq.map { case (key, item) => (String.valueOf(key), item) }.sortBy(_._1)
    case items: Array[_] => numbered(items.toSeq)
    case items: scala.collection.Iterable[_] => numbered(items.toSeq)
    case option: Option[_] => Seq(("0", option))
    case product: Product => fields(product)
    case other => Seq(("0", other))
  }).map { case (name, item) => Seq(name, kind(item), text(item)) }
  private def numbered(items: scala.collection.Iterable[Any]): Seq[(String, Any)] =
    items.toSeq.zipWithIndex.map { case (item, index) => (index.toString, item) }
  private def text(value: Any): Any = value match {
    case Some(inner) => text(inner)
    case _: BigDecimal | _: java.math.BigDecimal => value.toString
    case other => other
  }
  private def kind(value: Any): String = value match {
    case null | None => "NULL_TYPE"
    case Some(inner) => kind(inner)
    case _: Boolean => "BOOLEAN_TYPE"
    case _: Byte | _: Short | _: Int => "INT_TYPE"
    case _: Long | _: BigInt | _: java.math.BigInteger => "BIGINT_TYPE"
    case _: Float | _: Double => "DOUBLE_TYPE"
    case _: String | _: Char => "STRING_TYPE"
    case _: BigDecimal | _: java.math.BigDecimal => "DECIMAL_TYPE"
    case _: java.sql.Date | _: java.time.LocalDate => "DATE_TYPE"
    case _: java.sql.Timestamp | _: java.time.temporal.Temporal => "TIMESTAMP_TYPE"
    case _: scala.collection.Map[_, _] | _: Row => "MAP_TYPE"
    case _: Array[_] | _: scala.collection.Iterable[_] => "ARRAY_TYPE"
    case _: Product => "MAP_TYPE"
    case other => throw new IllegalArgumentException("a table cannot hold values of " + other.getClass.getName)
  }
}
"""


class UnknownName(Exception):
    """A magic names a value that does not exist."""


class ScalaMagics:
    """The magics of one ScalaRepl. `limit` is in bytes."""

    def __init__(self, repl, jvm, limit):
        self._repl = repl
        self._limit = limit
        self._place = jvm.java.util.concurrent.atomic.AtomicReference()
        repl.bind(_PLACE, "java.util.concurrent.atomic.AtomicReference[Any]", self._place)
        self._helpers_are_there = False

    def run(self, magic):
        """The bundle of a `cell.Magic`. Raises UnknownMagic, UnknownName, OutputTooLarge, or ValueError with the words
        of the compiler."""
        if not magic.name:
            raise UnknownMagic("magic command not specified")
        if magic.name not in ("json", "table"):
            raise UnknownMagic(f"Unknown magic command {magic.name}")
        if not magic.argument:
            raise ValueError(f"%{magic.name} needs the name of a value")
        self.value_of(magic.argument)
        self._compile_helpers()
        described = self._set(f"emberlabHelpers.{magic.name}({_PLACE}.get)")
        value = json.loads(described, parse_constant=lambda _: None)
        if magic.name == "json":
            return bounded("application/json", value, self._limit)
        table = make_typed_table(value)
        return {**bounded(MIME_TYPE, table, self._limit), "text/plain": table_text(table)}

    def value_of(self, expression):
        """The value of a Scala expression, as Py4J gives it. Raises UnknownName, or ValueError with the words of the
        compiler."""
        return self._set(expression)

    def _set(self, expression):
        if self._repl.interpret_quietly(f"{_PLACE}.set({expression})") != SUCCESS:
            text = self._repl.text(self._limit).strip()
            if f"not found: value {expression}\n" in text + "\n":
                raise UnknownName(f"Value {expression} does not exist")
            raise ValueError(text)
        return self._place.get()

    def _compile_helpers(self):
        if not self._helpers_are_there:
            if self._repl.interpret_quietly(_HELPERS) != SUCCESS:
                raise ValueError(self._repl.text(self._limit).strip())
            self._helpers_are_there = True
