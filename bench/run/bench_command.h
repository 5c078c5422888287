/* bench_command.h - tidemark bench. */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

/* 0; 1: a run failed or a result could not be written; 2: asked wrongly; 130: interrupted. */
int bench_command(int argc, char **argv);

#endif
