/* console_command.h - tidemark console: runs Lua statements inside a running server. */
#ifndef CONSOLE_COMMAND_H
#define CONSOLE_COMMAND_H

int console_command(int argc, char **argv);

#endif
