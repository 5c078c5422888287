/* users_command.h - tidemark users. */
#ifndef USERS_COMMAND_H
#define USERS_COMMAND_H

/* Exit status: 3 if the database could not be written. */
int users_command(int argc, char **argv);

#endif
