# `%json` and `%table`: the value of an expression as a bundle of MIME types.

TABLE_TYPE <- "application/vnd.livy.table.v1+json"
SPARK_ROWS <- 10L

JSONLITE_HINT <- paste(
  "The R package jsonlite is missing. An administrator can install it,",
  "for example with: apt-get install r-cran-jsonlite"
)

parse_magic <- function(line, name) {
  text <- trimws(substring(line, 2L))
  magic <- sub("[[:space:]].*", "", text)
  argument <- trimws(substring(text, nchar(magic) + 1L))
  list(magic = magic, argument = argument, name = name)
}

# Answers list(MIME type, JSON text) for `parse_magic`'s value.
run_magic <- function(step) {
  if (!nzchar(step$magic)) stop(unknown_magic("magic command not specified"))
  convert <- switch(step$magic, json = as_json, table = as_table)
  if (is.null(convert)) stop(unknown_magic("unknown magic command '", step$magic, "'"))
  if (!nzchar(step$argument)) stop(plain_error("%", step$magic, " needs the name of a variable"))
  if (!requireNamespace("jsonlite", quietly = TRUE)) stop(plain_error(JSONLITE_HINT))
  expressions <- parse_lines(step$argument, step$name)
  allowInterrupts({
    index <- length(expressions)
    value <- eval(expressions[[index]], globalenv())
    if (inherits(value, "SparkDataFrame")) value <- SparkR::take(value, SPARK_ROWS)
    convert(value)
  })
}

unknown_magic <- function(...) plain_error(..., class = "unknownMagic")

as_json <- function(value) list("application/json", json_text(value, auto_unbox = TRUE))

as_table <- function(value) {
  frame <- tryCatch(as.data.frame(value, stringsAsFactors = FALSE), error = function(error) {
    stop(plain_error("A table can be made of a data frame, a SparkDataFrame, a matrix or a vector, not of ", class(value)[[1L]], "."))
  })
  headers <- lapply(names(frame), function(name) list(name = name, type = column_type(frame[[name]])))
  columns <- lapply(frame, column_values)
  rows <- lapply(seq_len(nrow(frame)), function(row) lapply(unname(columns), function(column) column[[row]]))
  list(TABLE_TYPE, json_text(list(headers = headers, data = rows), auto_unbox = TRUE))
}

column_type <- function(column) {
  if (inherits(column, "Date")) "DATE_TYPE"
  else if (inherits(column, "POSIXt")) "TIMESTAMP_TYPE"
  else if (is.logical(column)) if (all(is.na(column))) "NULL_TYPE" else "BOOLEAN_TYPE"
  else if (is.list(column)) "ARRAY_TYPE"
  else if (is.integer(column) && !is.factor(column)) "INT_TYPE"
  else if (is.numeric(column)) "DOUBLE_TYPE"
  else "STRING_TYPE"
}

column_values <- function(column) {
  if (is.list(column) || is.logical(column) || (is.numeric(column) && !is.factor(column) && !inherits(column, "Date"))) column
  else if (inherits(column, "POSIXt")) format(column, "%Y-%m-%d %H:%M:%S")
  else as.character(column)
}

json_text <- function(value, ...) {
  text <- jsonlite::toJSON(value, ..., digits = NA, null = "null", na = "null", force = FALSE)
  as_utf8(text)
}
