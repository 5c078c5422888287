/* diagnose_command.h - tidemark diagnose. */
#ifndef DIAGNOSE_COMMAND_H
#define DIAGNOSE_COMMAND_H

int diagnose_command(int argc, char **argv);

#endif
