# Answers requests until the agent closes its end. The first field of a request is its number, which heads the reply;
# the second says what is wanted.

serve <- function(requests, replies) {
  # Interrupts get through only where evaluate.R and magics.R let them: anywhere else they would break a frame.
  suspendInterrupts({
    open_channel(requests, replies)
    repeat {
      request <- read_frame()
      if (is.null(request)) leave()
      reply <- tryCatch(handle(request), error = function(error) list("broken", conditionMessage(error)))
      write_frame(c(list(request[[1L]]), reply))
    }
  })
}

handle <- function(request) {
  switch(request[[2L]],
    start = start(request[[3L]], request[[4L]]),
    run = run_statement(request[[3L]], request[[4L]], request[[5L]], request[[6L]]),
    inspect = inspect_code(request[[3L]], as.integer(request[[4L]])),
    variables = list_variables(),
    complete = complete_code(request[[3L]], as.integer(request[[4L]])),
    view = make_view(request[[3L]], request[[4L]])
  )
}

# Ends R at once: an orderly end would wait a second for SparkR.
leave <- function() {
  unlink(tempdir(), recursive = TRUE)
  tools::pskill(Sys.getpid(), tools::SIGKILL)
}
