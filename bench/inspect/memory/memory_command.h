/* memory_command.h - tidemark memory. */
#ifndef MEMORY_COMMAND_H
#define MEMORY_COMMAND_H

int memory_command(int argc, char **argv);

#endif
