# Errors as R prints them at its prompt, and the calls that led to them.

TRACE_CALLS <- 40L
TRACE_WIDTH <- 160L

error_name <- function(error) if (inherits(error, "unknownMagic")) "UnknownMagic" else "Error"

error_text <- function(error) {
  if (inherits(error, "plainError")) return(as_utf8(conditionMessage(error)))
  condition_text("Error", error)
}

# An error whose message is a sentence for people: shown without a prefix and a trace.
plain_error <- function(..., class = NULL) {
  structure(class = c(class, "plainError", "error", "condition"), list(message = paste0(...), call = NULL))
}

# The text of an error or a warning as R prints it at its prompt.
condition_text <- function(kind, condition) {
  message <- tryCatch(paste(conditionMessage(condition), collapse = "\n"), error = function(fault) class(condition)[[1L]])
  if (inherits(condition, "packageNotFoundError") && identical(condition$package, "jsonlite")) {
    message <- paste0(message, "\n", JSONLITE_HINT)
  }
  call <- tryCatch(conditionCall(condition), error = function(fault) NULL)
  if (is.null(call) || is_own(call)) return(as_utf8(paste0(kind, ": ", message)))
  text <- deparse(call, nlines = 1L)[[1L]]
  first <- strsplit(message, "\n", fixed = TRUE)[[1L]][1L]
  long <- nchar(text, "width") + nchar(first, "width") + nchar(kind) + 7L > 77L
  as_utf8(paste0(kind, " in ", text, " : ", if (isTRUE(long)) "\n  ", message))
}

# What has failed on the top level names the call by which we evaluate it, or parse it.
is_own <- function(call) is.call(call) && (is.function(call[[1L]]) || identical(call[[1L]], quote(parse)) || is_eval(call))

is_eval <- function(call) identical(call, quote(eval(expressions[[index]], globalenv())))

# The calls that led to an error, outermost first; nothing where there was only one.
trace_text <- function(error, calls) {
  if (inherits(error, "plainError")) return("")
  # `eval` is on the stack twice: as the function, and as what it calls inside.
  begin <- which(vapply(calls, is_eval, NA))
  if (length(begin) == 0L) return("")
  calls <- calls[-seq_len(begin[[length(begin)]])]
  texts <- vapply(calls, function(call) substr(deparse(call, nlines = 1L)[[1L]], 1L, TRACE_WIDTH), "")
  end <- grep("^(\\.handleSimpleError\\(|\\(function \\(error\\) *$|h\\(simpleError\\()", texts)
  if (length(end) > 0L) texts <- texts[seq_len(end[[1L]] - 1L)]
  if (length(texts) < 2L) return("")
  lines <- paste0(seq_along(texts), ": ", texts)
  if (length(lines) > TRACE_CALLS) {
    half <- TRACE_CALLS %/% 2L
    left_out <- length(lines) - 2L * half
    lines <- c(lines[seq_len(half)], paste0("... ", left_out, " more calls ..."), lines[(length(lines) - half + 1L):length(lines)])
  }
  as_utf8(c("Traceback:", lines))
}
