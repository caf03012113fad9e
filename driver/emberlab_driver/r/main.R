# The R side of a session, started by process.py as `R --file=main.R --args REQUESTS REPLIES`: the numbers of two
# descriptors that carry frames, so that standard input and output are left to the code of the statements.

local({
  self <- new.env(parent = baseenv())
  folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[[1L]]))
  for (name in c("channel", "serve", "spark", "evaluate", "failures", "plots", "magics", "complete", "inspect")) {
    sys.source(file.path(folder, paste0(name, ".R")), envir = self)
  }
  descriptors <- commandArgs(trailingOnly = TRUE)
  self$serve(descriptors[[1L]], descriptors[[2L]])
})
