/* jemalloc_command.h - tidemark jemalloc: explains jemalloc's statistics. */
#pragma once

/* As command.h says. */
int jemalloc_command(int argc, char **argv);
