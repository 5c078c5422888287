/* jemalloc_command.h - tidemark jemalloc: what an allocator's statistics say, in plain words. */
#ifndef JEMALLOC_COMMAND_H
#define JEMALLOC_COMMAND_H

/* As command.h says. */
int jemalloc_command(int argc, char **argv);

#endif
