/* choose_command.h - tidemark choose. */
#ifndef CHOOSE_COMMAND_H
#define CHOOSE_COMMAND_H

/* Exit status: 3 if servers could not be run or the output not be written. */
int choose_command(int argc, char **argv);

#endif
