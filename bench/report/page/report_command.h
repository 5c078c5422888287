/* report_command.h - tidemark report: results as one page to read, and as figures to print. */
#ifndef REPORT_COMMAND_H
#define REPORT_COMMAND_H

/* As bench/command.h describes. */
int report_command(int argc, char **argv);

#endif
