/* verdicts_command.h - tidemark verdicts. */
#ifndef VERDICTS_COMMAND_H
#define VERDICTS_COMMAND_H

/* Exit status: 1 if a verdict is wrong; 3 if a run failed, or no verdict is right. */
int verdicts_command(int argc, char **argv);

#endif
