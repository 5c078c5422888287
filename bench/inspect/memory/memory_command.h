/* memory_command.h - tidemark memory: where the bytes of a measured server were. */
#ifndef MEMORY_COMMAND_H
#define MEMORY_COMMAND_H

/* As command.h says. */
int memory_command(int argc, char **argv);

#endif
