# What is known of a name, and of the variables of the session.

INSPECT_SECONDS <- 1.5
MAX_VARIABLES <- 500L
VALUE_WIDTH <- 120L
HELP_LINES <- 200L

# Answers list("ok", text) for the name at the cursor, or list("none").
inspect_code <- function(code, cursor) {
  drop_stale_interrupt()
  quietly(function() {
    name <- name_at(code, cursor)
    if (!nzchar(name)) return(NULL)
    parts <- strsplit(name, ":{2,3}")[[1L]]
    value <- if (length(parts) == 2L) {
      get0(parts[[2L]], envir = asNamespace(parts[[1L]]))
    } else {
      get0(name, envir = globalenv())
    }
    if (is.null(value)) return(NULL)
    list("ok", as_utf8(if (is.function(value)) function_text(name, parts, value) else value_text(value)))
  })
}

name_at <- function(code, cursor) {
  before <- sub("(?s)^.*?([A-Za-z0-9._:]*)$", "\\1", substr(code, 1L, cursor), perl = TRUE)
  after <- sub("(?s)^([A-Za-z0-9._:]*).*$", "\\1", substr(code, cursor + 1L, nchar(code)), perl = TRUE)
  name <- paste0(before, after)
  if (nzchar(name)) return(name)
  # Within a call: the function that is called.
  open <- sub("(?s)^.*?([A-Za-z0-9._:]+)\\([^()]*$", "\\1", substr(code, 1L, cursor), perl = TRUE)
  if (grepl("^[A-Za-z0-9._:]+$", open)) open else ""
}

function_text <- function(name, parts, value) {
  lines <- deparse(args(value))
  lines <- lines[lines != "NULL"]
  lines[[1L]] <- sub("^function *", name, lines[[1L]])
  c(paste0("Signature: ", trimws(paste(trimws(lines), collapse = " "))), help_text(parts))
}

help_text <- function(parts) {
  found <- if (length(parts) == 2L) {
    utils::help((parts[[2L]]), package = (parts[[1L]]), help_type = "text")
  } else {
    utils::help((parts[[1L]]), help_type = "text")
  }
  if (length(found) == 0L) return(character())
  page <- utils::capture.output(tools::Rd2txt(asNamespace("utils")$.getHelpFile(found[[1L]]), options = list(underline_titles = FALSE)))
  c("", utils::head(page, HELP_LINES))
}

value_text <- function(value) {
  c(paste0("Type: ", class(value)[[1L]]), paste0("Value: ", short_text(value)))
}

# Answers list("ok", name, type, value, name, …).
list_variables <- function() {
  drop_stale_interrupt()
  quietly(function() {
    names <- ls(globalenv())
    # What is computed when it is looked at stays as it is.
    names <- names[!vapply(names, bindingIsActive, NA, env = globalenv())]
    found <- list("ok")
    for (name in utils::head(names, MAX_VARIABLES)) {
      value <- get(name, envir = globalenv())
      if (is.function(value)) next
      found <- c(found, list(as_utf8(name), as_utf8(class(value)[[1L]]), as_utf8(short_text(value))))
    }
    found
  })
}

short_text <- function(value) {
  text <- tryCatch(
    if (inherits(value, "SparkDataFrame")) {
      paste(vapply(SparkR::dtypes(value), paste, "", collapse = ": "), collapse = ", ")
    } else if (is.data.frame(value)) {
      paste(nrow(value), "rows,", ncol(value), "columns")
    } else if (is.factor(value)) {
      paste("factor of", length(value))
    } else if (is.null(value)) {
      "NULL"
    } else if (is.atomic(value) && !is.object(value)) {
      shown <- deparse(unname(utils::head(as.vector(value), 6L)), nlines = 1L)[[1L]]
      if (length(value) > 6L) paste0(shown, " … ", length(value), " in all") else shown
    } else if (is.list(value) && !is.object(value)) {
      paste("list of", length(value))
    } else {
      ""
    },
    error = function(error) ""
  )
  substr(text, 1L, VALUE_WIDTH)
}

# What `work` answers; list("none") if it fails, is interrupted, takes too long or has nothing.
quietly <- function(work) {
  found <- tryCatch(
    {
      setTimeLimit(elapsed = INSPECT_SECONDS, transient = TRUE)
      on.exit(setTimeLimit())
      suppressMessages(suppressWarnings(allowInterrupts(work())))
    },
    error = function(error) NULL,
    interrupt = function(interrupt) NULL
  )
  if (is.null(found)) list("none") else found
}
