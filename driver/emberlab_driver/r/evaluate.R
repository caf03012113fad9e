# Statements: parsed as a whole, evaluated one expression after the other, visible values shown as R shows them.

# Answers list("ok", MIME type, value, …), list("error", name, message, trace) or list("interrupt").
run_statement <- function(code, name, group, description) {
  drop_stale_interrupt()
  begin_jobs(group, description)
  trace <- list()
  failed <- function(error) list("error", error_name(error), error_text(error), trace_text(error, trace))
  bundle <- list()
  reply <- tryCatch(
    withRestarts(
      withCallingHandlers(
        {
          for (step in parse_code(code, name)) {
            bundle <- if (is.expression(step)) allowInterrupts(evaluate(step)) else run_magic(step)
          }
          c(list("ok"), bundle)
        },
        error = function(error) trace <<- sys.calls(),
        warning = show_warning
      ),
      abort = function(...) list("interrupt")
    ),
    error = failed,
    interrupt = function(interrupt) list("interrupt")
  )
  plot <- tryCatch(take_plot(), error = function(error) NULL)
  if (identical(reply[[1L]], "ok") && !is.null(plot)) reply <- c(reply, list("image/png", plot))
  try(flush(stdout()), silent = TRUE)
  if (identical(reply[[1L]], "interrupt")) close_abandoned()
  reply
}

# Closes the connections that an interrupted statement left open, such as the buffer of a call to the JVM. The collector
# would do so in some later statement, with a warning that its author could not explain.
close_abandoned <- function() suppressWarnings(gc())

# The steps of a cell: expressions, and magic lines, which are looked for only where the cell isn't R as a whole.
parse_code <- function(code, name) {
  lines <- strsplit(gsub("\r\n?", "\n", code), "\n", fixed = TRUE)[[1L]]
  magics <- which(startsWith(lines, "%"))
  if (length(magics) == 0L) return(list(parse_lines(lines, name)))
  whole <- tryCatch(parse_lines(lines, name), error = function(error) NULL)
  if (!is.null(whole)) return(list(whole))
  steps <- list()
  begin <- 1L
  for (magic in c(magics, length(lines) + 1L)) {
    if (magic > begin) {
      # Empty lines in front keep the line numbers of messages right.
      steps <- c(steps, list(parse_lines(c(rep("", begin - 1L), lines[begin:(magic - 1L)]), name)))
    }
    if (magic <= length(lines)) steps <- c(steps, list(parse_magic(lines[[magic]], name)))
    begin <- magic + 1L
  }
  steps
}

parse_lines <- function(lines, name) {
  parse(text = lines, srcfile = srcfilecopy(name, lines), keep.source = TRUE, encoding = "UTF-8")
}

evaluate <- function(expressions) {
  for (index in seq_along(expressions)) {
    result <- withVisible(eval(expressions[[index]], globalenv()))
    if (result$visible) show_value(result$value)
  }
  list()
}

show_value <- function(value) {
  if (isS4(value)) methods::show(value) else print(value)
}

# An interrupt that came as the last request ended is not meant for this one.
drop_stale_interrupt <- function() {
  tryCatch(allowInterrupts(Sys.sleep(0)), interrupt = function(interrupt) NULL)
}

# Warnings are shown as they come, unless code has chosen to ignore them or to make errors of them.
show_warning <- function(warning) {
  level <- getOption("warn", 0)
  if (level < 0 || level >= 2) return()
  if (!is_about_versions(warning)) cat(condition_text("Warning", warning), "\n", file = stderr(), sep = "")
  invokeRestart("muffleWarning")
}

# SparkR compares its version with that of Spark and warns of any difference, which is for the administrator to judge.
is_about_versions <- function(warning) {
  startsWith(conditionMessage(warning)[1L], "Version mismatch between Spark JVM and SparkR package")
}
