# Completion by the machinery of R's own prompt.

COMPLETE_SECONDS <- 1

# Answers list("ok", start, end, candidate, …): whole words for the code between these positions, in characters.
complete_code <- function(code, cursor) {
  drop_stale_interrupt()
  before <- substr(code, 1L, cursor)
  line <- sub("(?s)^.*\n", "", before, perl = TRUE)
  offset <- nchar(before) - nchar(line)
  found <- tryCatch(
    allowInterrupts(complete_line(line)),
    error = function(error) NULL,
    interrupt = function(interrupt) NULL
  )
  if (is.null(found)) return(list("none"))
  c(list("ok", as.character(offset + found$start), as.character(cursor)), as.list(found$words))
}

complete_line <- function(line) {
  # What stands before `$` is evaluated, and may take long.
  setTimeLimit(elapsed = COMPLETE_SECONDS, transient = TRUE)
  on.exit(setTimeLimit())
  utils <- asNamespace("utils")
  utils::rc.options(funarg.suffix = "", function.suffix = "")
  utils$.assignLinebuffer(line)
  utils$.assignEnd(nchar(line))
  token <- utils$.guessTokenFromLine(update = FALSE)
  utils$.guessTokenFromLine()
  utils$.completeToken()
  words <- utils$.retrieveCompletions()
  list(start = token$start, words = words[nzchar(words)])
}
