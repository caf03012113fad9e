# Frames to and from the agent: a count of fields, then each field as its length and its bytes. Numbers have 4 bytes, the
# highest first.

channel <- new.env()

open_channel <- function(requests, replies) {
  channel$requests <- file.path("/dev/fd", requests)
  channel$replies <- file.path("/dev/fd", replies)
  connect_channel()
}

# Code may have closed all connections; the descriptors below them stay open.
connect_channel <- function() {
  channel$reader <- file(channel$requests, "rb", raw = TRUE)
  channel$writer <- file(channel$replies, "wb", raw = TRUE)
}

# The next request's fields as UTF-8 texts; NULL once the agent has closed its end.
read_frame <- function() {
  if (!is_usable(channel$reader) || !is_usable(channel$writer)) connect_channel()
  count <- read_number()
  if (is.null(count)) return(NULL)
  lapply(seq_len(count), function(index) {
    size <- read_number()
    bytes <- readBin(channel$reader, "raw", size)
    if (length(bytes) < size) leave()
    text <- rawToChar(bytes)
    Encoding(text) <- "UTF-8"
    text
  })
}

# `fields` is a list of texts and raw vectors.
write_frame <- function(fields) {
  if (!is_usable(channel$writer)) connect_channel()
  writeBin(length(fields), channel$writer, endian = "big")
  for (field in fields) {
    bytes <- if (is.raw(field)) field else charToRaw(as_utf8(field))
    writeBin(length(bytes), channel$writer, endian = "big")
    writeBin(bytes, channel$writer)
  }
  flush(channel$writer)
}

# One text in valid UTF-8, whatever its encoding says.
as_utf8 <- function(text) {
  text <- enc2utf8(paste(as.character(text), collapse = "\n"))
  if (validUTF8(text)) text else iconv(text, "UTF-8", "UTF-8", sub = "byte")
}

read_number <- function() {
  number <- readBin(channel$reader, "integer", 1L, endian = "big")
  if (length(number) == 1L) number else NULL
}

is_usable <- function(connection) tryCatch(isOpen(connection), error = function(error) FALSE)
