/* choose_command.h - tidemark choose. */
#ifndef CHOOSE_COMMAND_H
#define CHOOSE_COMMAND_H

/* main, for `tidemark choose`. */
int choose_command(int argc, char **argv);

#endif
