/* console_command.h - tidemark console: runs Lua statements inside a running server. */
#pragma once

int console_command(int argc, char **argv);
