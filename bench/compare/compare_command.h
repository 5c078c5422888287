/* compare_command.h - the command `tidemark compare`. */
#pragma once

int compare_command(int argc, char **argv);
