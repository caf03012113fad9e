"""Scala's own interpreter, of Scala 2.12 or 2.13, inside the driver's JVM and driven from here through Py4J."""

import re

SUCCESS, ERROR, INCOMPLETE = "Success", "Error", "Incomplete"
# Characters of what the parser says of invalid code.
PARSER_TEXT = 10_000
# Candidates of a completion that are asked how they are declared.
MOST_DECLARATIONS = 200
_RESULT = re.compile(r"^(?:lazy )?va[lr] (?=[^\s:]+: )", re.MULTILINE)
_CANDIDATE = re.compile(r"CompletionCandidate\(([^,()]+),")


class ScalaModules:
    """Scala's singletons, which Py4J has no syntax for."""

    def __init__(self, jvm):
        self._jvm = jvm

    def module(self, name):
        """The instance of `object name`."""
        loader = self._jvm.java.lang.Thread.currentThread().getContextClassLoader()
        return self._jvm.java.lang.Class.forName(name + "$", True, loader).getField("MODULE$").get(None)

    def list_of(self, values):
        """An immutable Scala List with these values."""
        items = self._jvm.java.util.ArrayList()
        for value in values:
            items.add(value)
        return self._jvm.org.apache.spark.api.python.PythonUtils.toList(items)


class ScalaRepl:
    """One interpreter with its compiler. `class_folder` is where the compiled classes go, which executors fetch from
    there. Methods are for one thread at a time; what they raise comes from Py4J."""

    def __init__(self, jvm, class_folder):
        self._jvm = jvm
        self._modules = ScalaModules(jvm)
        self.parser_text = ""
        self._text = jvm.java.io.StringWriter()
        writer = jvm.java.io.PrintWriter(self._text)
        settings = jvm.scala.tools.nsc.Settings()
        class_path = jvm.java.lang.System.getProperty("java.class.path")
        arguments = ["-Yrepl-class-based", "-Yrepl-outdir", class_folder, "-classpath", class_path]
        # What Spark's implicits and the interpreter's own wrappers are warned of is nothing to the user.
        arguments.append("-Wconf:cat=deprecation:s")
        settings.processArguments(self._modules.list_of(arguments), True)
        self._is_2_12 = jvm.scala.util.Properties.versionNumberString().startswith("2.12.")
        if self._is_2_12:
            loop = jvm.org.apache.spark.repl.SparkILoop(self._modules.module("scala.None"), writer)
            getattr(loop, "settings_$eq")(settings)
            loop.createInterpreter()
            self._interpreter = loop.intp()
            self._interpreter.initializeSynchronous()
        else:
            loop = jvm.org.apache.spark.repl.SparkILoop(None, writer)
            loop.createInterpreter(settings)
            self._interpreter = loop.intp()

    @property
    def modules(self):
        """A ScalaModules of the same JVM."""
        return self._modules

    def bind(self, name, type_name, value):
        """Defines `val name: type_name`, which closures do not take with them to the executors."""
        modifiers = self._modules.list_of(["@transient"])
        self._interpreter.bind(name, type_name, value, modifiers)

    def interpret(self, code):
        """Compiles and runs statements; returns SUCCESS, ERROR or INCOMPLETE. What the interpreter says of the results
        or of the error is in `text`."""
        self._clear()
        return self._interpreter.interpret(code).toString()

    def interpret_quietly(self, code):
        """Like `interpret`, for code that is not the user's: no result gets a name."""
        self._clear()
        return self._interpreter.interpretSynthetic(code).toString()

    def text(self, limit):
        """What the interpreter has said of the last code, at most `limit` characters."""
        buffer = self._text.getBuffer()
        text = buffer.substring(0, min(buffer.length(), limit))
        # Scala 2.12 and clients of Livy know results without that word.
        return text if self._is_2_12 else _RESULT.sub("", text, count=1)

    def count_statements(self, code):
        """How many statements the code has by the compiler's own parser; None if it is not valid or not whole."""
        trees = self._parse(code)
        return None if trees is None else trees.size()

    def points(self, code):
        """For each statement of valid code, the position of a character inside it."""
        trees = self._parse(code)
        units = code.encode("utf-16-le", "surrogatepass")
        points = [trees.apply(number).pos().point() for number in range(trees.size())]
        # The JVM counts a character above U+FFFF twice.
        return [len(units[: 2 * point].decode("utf-16-le", "ignore")) for point in points]

    def use_class_loader(self):
        """Makes the classes of statements known to the calling thread's own thread in the JVM; returns that."""
        thread = self._jvm.java.lang.Thread.currentThread()
        thread.setContextClassLoader(self._interpreter.classLoader())
        return thread

    def add_to_class_path(self, urls):
        """Adds jars, given as `file:` URLs."""
        jars = [self._jvm.java.net.URL(url) for url in urls]
        self._interpreter.addUrlsToClassPath(self._modules.list_of(jars))

    def complete(self, code):
        """Names that may stand at the end of the code, in the order of the compiler's."""
        # The JVM counts a character above U+FFFF twice.
        cursor = len(code.encode("utf-16-le", "surrogatepass")) // 2
        if self._is_2_12:
            completer = self._jvm.scala.tools.nsc.interpreter.PresentationCompilerCompleter(self._interpreter)
            return completer.complete(code, cursor).candidates().mkString("\n").split("\n")
        shell = self._jvm.scala.tools.nsc.interpreter.shell
        completion = shell.ReplCompletion(self._interpreter, shell.Accumulator())
        return _CANDIDATE.findall(completion.complete(code, cursor, True).candidates().mkString("\n"))

    def declarations(self, code):
        """How what stands at the end of the code is declared, once for each overload."""
        cursor = len(code.encode("utf-16-le", "surrogatepass")) // 2
        if self._is_2_12:
            completer = self._jvm.scala.tools.nsc.interpreter.PresentationCompilerCompleter(self._interpreter)
            completer.complete(code, cursor)
            # Asked for the same again, as by a second Tab, it answers with what the names stand for.
            lines = completer.complete(code, cursor).candidates().mkString("\n").split("\n")
            return [line.strip() for line in lines if re.match(r"\s*(?:\w+ )*(?:def|val|var) ", line)]
        word = re.search(r"\w*\Z", code)[0]
        shell = self._jvm.scala.tools.nsc.interpreter.shell
        found = shell.ReplCompletion(self._interpreter, shell.Accumulator()).complete(code, cursor, True).candidates()
        candidates = [found.apply(at) for at in range(min(found.size(), MOST_DECLARATIONS))]
        texts = [one.declString().apply() for one in candidates if one.name() == word]
        return list(dict.fromkeys(text.strip() for text in texts if text.strip()))

    def type_of(self, expression):
        """The type of an expression, which is not evaluated; "" where it has none."""
        self._clear()
        found = self._interpreter.typeOfExpression(expression, True).toString()
        return "" if found in ("<notype>", "NoType", "<error>") else found

    def terms(self):
        """Names of what code has defined."""
        return self._interpreter.definedTerms().mkString("\n").split("\n")

    def term(self, name):
        """`(type, value)` of a variable, the value None for one that is computed when it is looked at; None if it is a
        method."""
        symbol = self._interpreter.symbolOfTerm(name)
        if symbol.isMethod() and not symbol.isGetter() and not symbol.isLazy():
            return None
        kind = self._interpreter.typeOfTerm(name).toString()
        if symbol.isLazy():
            return kind, None
        value = self._interpreter.valueOfTerm(name)
        return kind, value.get() if value.isDefined() else None

    def _parse(self, code):
        """The statements as the compiler's trees, in a Scala List, or None."""
        self._clear()
        if self._is_2_12:
            parsed = self._interpreter.parse().apply(code)
            trees = parsed.productElement(0) if parsed.productPrefix() == "Success" else None
        else:
            parsed = self._interpreter.parse(code)
            trees = parsed.value().productElement(0) if parsed.isRight() else None
        if trees is None:
            self.parser_text = self.text(PARSER_TEXT)
        return trees

    def _clear(self):
        self._text.getBuffer().setLength(0)
