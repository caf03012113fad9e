# The session's Spark, joined through the backend in the driver's JVM.

jobs <- new.env()
jobs$group <- NULL

# Loads SparkR, from `library` unless that is empty, joins the running session, and defines the names that users know.
# `cancelling` is the path of a file that is there while a statement is being cancelled.
# Answers list("ready", the library where SparkR was found, the folder for temporary files), or list("missing").
start <- function(library, cancelling) {
  if (nzchar(library)) .libPaths(c(library, .libPaths()))
  if (!requireNamespace("SparkR", quietly = TRUE)) return(list("missing"))
  options(device = open_device, warn = 1L, menu.graphics = FALSE)
  suppressPackageStartupMessages(attachNamespace("SparkR"))
  attach(list(q = refuse_to_quit, quit = refuse_to_quit), name = "emberlab", warn.conflicts = FALSE)
  guard_calls()
  guard_children(cancelling)
  session <- suppressMessages(suppressWarnings(SparkR::sparkR.session(appName = "", enableHiveSupport = FALSE)))
  jobs$tags <- package_version(sub("[^0-9.].*", "", SparkR::sparkR.version())) >= "3.5"
  assign("spark", session, envir = globalenv())
  assign("sc", SparkR:::callJMethod(session, "sparkContext"), envir = globalenv())
  assign("sqlContext", session, envir = globalenv())
  found <- dirname(find.package("SparkR"))
  list("ready", found, tempdir())
}

refuse_to_quit <- function(...) {
  stop(plain_error("q() does not end a session here. Please stop the session itself, or go on."))
}

# Puts the jobs that R starts from here on into the group of the statement.
begin_jobs <- function(group, description) {
  jobs$group <- group
  jobs$description <- description
  # Code may have closed all connections.
  lost <- exists(".sparkRCon", envir = SparkR:::.sparkREnv) && !is_usable(SparkR:::.sparkREnv$.sparkRCon)
  if (lost) try(reconnect(), silent = TRUE) else set_job_group()
}

set_job_group <- function() {
  context <- get0(".sparkRjsc", envir = SparkR:::.sparkREnv)
  if (is.null(context) || is.null(jobs$group)) return(invisible())
  # A context that was stopped says so when the statement uses it.
  try(silent = TRUE, {
    SparkR:::callJMethod(context, "setJobGroup", jobs$group, jobs$description, TRUE)
    if (jobs$tags) {
      # Code may set a job group of its own; the tag still tells whose job it is.
      if (!is.null(jobs$tag)) SparkR:::callJMethod(context, "removeJobTag", jobs$tag)
      SparkR:::callJMethod(context, "addJobTag", jobs$group)
      jobs$tag <- jobs$group
    }
  })
}

# An interrupt may leave a call to the JVM whose answer comes later, and which the next call would take for its own.
# Such a call loses its connection.
guard_calls <- function() {
  namespace <- asNamespace("SparkR")
  original <- get("invokeJava", envir = namespace)
  guarded <- function(...) {
    tryCatch(original(...), interrupt = function(interrupt) {
      suspendInterrupts(reconnect())
      interrupt_now()
    })
  }
  replace_function("invokeJava", guarded, namespace)
}

# R ignores interrupts while `system` waits for its child. When the child has felt one, R has not.
guard_children <- function(cancelling) {
  original <- base::system
  guarded <- function(...) {
    result <- withVisible(original(...))
    if (file.exists(cancelling)) interrupt_now()
    if (result$visible) result$value else invisible(result$value)
  }
  replace_function("system", guarded, baseenv())
}

replace_function <- function(name, value, where) {
  unlockBinding(name, where)
  assign(name, value, envir = where)
  lockBinding(name, where)
}

interrupt_now <- function() {
  signalCondition(structure(class = c("interrupt", "condition"), list(message = "", call = NULL)))
  invokeRestart("abort")
}

reconnect <- function() {
  settings <- SparkR:::.sparkREnv
  if (!exists(".sparkRCon", envir = settings)) return(invisible())
  try(close(settings$.sparkRCon), silent = TRUE)
  rm(".sparkRCon", envir = settings)
  timeout <- as.numeric(Sys.getenv("SPARKR_BACKEND_CONNECTION_TIMEOUT", "6000"))
  secret <- Sys.getenv("SPARKR_BACKEND_AUTH_SECRET")
  SparkR:::connectBackend("localhost", as.integer(settings$backendPort), timeout, secret)
  jobs$tag <- NULL
  set_job_group()
}

# Makes a temporary view of the SparkDataFrame that a variable holds.
# Answers list("ok"), or what the variable is instead: list("other", class), list("missing").
make_view <- function(name, view) {
  value <- get0(name, envir = globalenv())
  if (is.null(value)) return(list("missing"))
  if (!methods::is(value, "SparkDataFrame")) return(list("other", class(value)[[1L]]))
  SparkR::createOrReplaceTempView(value, view)
  list("ok")
}
