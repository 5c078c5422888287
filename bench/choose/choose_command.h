/* choose_command.h - tidemark choose. */
#pragma once

/* Exit status: 3 if servers could not be run or the output not be written. */
int choose_command(int argc, char **argv);
