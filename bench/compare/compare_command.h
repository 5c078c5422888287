/* compare_command.h - the command `tidemark compare`. */
#ifndef COMPARE_COMMAND_H
#define COMPARE_COMMAND_H

int compare_command(int argc, char **argv);

#endif
