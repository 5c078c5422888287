/* diagnose_command.h - tidemark diagnose: finds what leaks in one of our servers. */
#pragma once

/* As command.h says. */
int diagnose_command(int argc, char **argv);
