/* command.h - what every command of the program offers: a row of the table in tidemark.c. */
#ifndef COMMAND_H
#define COMMAND_H

struct command {
    const char *name, *summary;
    /* argv[0] is the command's name. The exit status: 0, 1 it failed, 2 it was asked wrongly. */
    int (*run)(int argc, char **argv);
};

#endif
