/* trace_file.h - opens a trace file: detects its format and prepares a reader. */
#pragma once

#include "errors.h"
#include "source.h"
#include "trace_setup.h"

/* setup->format may have ":OPTIONS" behind its name. NULL, with one line in error, if the trace
 * cannot be read. The source keeps the pointer `error` and reports later errors there. */
struct source *trace_file_open(const char *name, const struct trace_setup *setup,
                               struct error *error);
/* The same for bytes in memory, as input_open_memory takes them. */
struct source *trace_file_open_memory(const char *name, const char *data, size_t bytes,
                                      size_t piece_bytes, const char *format, struct error *error);
