/* report_command.h - tidemark report: results as one page to read, and as figures to print. */
#pragma once

/* As bench/command.h describes. */
int report_command(int argc, char **argv);
