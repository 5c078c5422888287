/* bench_command.h - tidemark bench. */
#pragma once

/* Exit status: 3 if a run failed, or a result could not be written. */
int bench_command(int argc, char **argv);
