/* bench_command.h - tidemark bench. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

/* Exit status: 1 if a run failed, 3 if a result could not be written. */
int bench_command(int argc, char **argv);

#endif
