/* watch_command.h - tidemark watch: memory chart and verdict of any running process. */
#pragma once

/* As command.h says. STATUS_BAD: --fail-on leak, and the process grows. */
int watch_command(int argc, char **argv);
