/* bench_command.h - tidemark bench. */
#pragma once

/* Exit status: 1 if a run failed, 3 if a result could not be written. */
int bench_command(int argc, char **argv);
