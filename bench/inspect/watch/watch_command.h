/* watch_command.h - tidemark watch: curve and verdict for any running process. */
#ifndef WATCH_COMMAND_H
#define WATCH_COMMAND_H

/* As command.h says. 1: there is no such process, or the counter cannot be read. */
int watch_command(int argc, char **argv);

#endif
