/* diagnose_command.h - tidemark diagnose: finds what leaks in one of our servers. */
#ifndef DIAGNOSE_COMMAND_H
#define DIAGNOSE_COMMAND_H

/* As command.h says. */
int diagnose_command(int argc, char **argv);

#endif
