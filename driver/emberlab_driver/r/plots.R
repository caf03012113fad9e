# Whatever a statement draws goes to a PNG device of ours, which opens with the first thing drawn.

PIXELS_PER_INCH <- 96
DEFAULT_WIDTH <- 800
DEFAULT_HEIGHT <- 600

plots <- new.env()
plots$opened <- list()

# The device that R opens by itself; `width` and `height` are inches, as `dev.new` takes them.
open_device <- function(width = NULL, height = NULL, ...) {
  if (!capabilities("cairo")) stop("this R can't draw: it was built without cairo")
  folder <- tempfile("plot-")
  dir.create(folder)
  pixels <- function(inches, default) if (is.null(inches)) default else round(inches * PIXELS_PER_INCH)
  path <- file.path(folder, "%05d.png")
  width <- pixels(width, DEFAULT_WIDTH)
  height <- pixels(height, DEFAULT_HEIGHT)
  grDevices::png(path, width, height, res = PIXELS_PER_INCH, type = "cairo")
  plots$opened <- c(plots$opened, list(list(folder = folder, path = path)))
}

# Closes our devices and answers the last page that was drawn, as the bytes of a PNG file, or NULL.
take_plot <- function() {
  opened <- plots$opened
  plots$opened <- list()
  page <- NULL
  for (plot in opened) {
    close_device(plot$path)
    pages <- sort(list.files(plot$folder, full.names = TRUE))
    if (length(pages) > 0L) {
      last <- pages[[length(pages)]]
      page <- readBin(last, "raw", file.size(last))
    }
    unlink(plot$folder, recursive = TRUE)
  }
  page
}

# Another device may have the number by now: the path tells whose it is.
close_device <- function(path) {
  former <- grDevices::dev.cur()
  for (number in grDevices::dev.list()) {
    if (identical(attr(.Devices[[number]], "filepath"), path)) {
      try(grDevices::dev.off(number), silent = TRUE)
      if (former %in% grDevices::dev.list()) grDevices::dev.set(former)
    }
  }
}
