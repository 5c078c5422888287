/* load_command.h - tidemark load: puts a server under load and says how it fared. */
#ifndef LOAD_COMMAND_H
#define LOAD_COMMAND_H

/* As command.h says. 1: there were errors, or it was stopped. */
int load_command(int argc, char **argv);

#endif
