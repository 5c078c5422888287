/* jemalloc_command.h - tidemark jemalloc: explains jemalloc's statistics. */
#ifndef JEMALLOC_COMMAND_H
#define JEMALLOC_COMMAND_H

/* As command.h says. */
int jemalloc_command(int argc, char **argv);

#endif
