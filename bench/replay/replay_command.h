/* replay_command.h - `tidemark replay`: what each policy would have done on a trace. */
#ifndef REPLAY_COMMAND_H
#define REPLAY_COMMAND_H

/* As command.h says. */
int replay_command(int argc, char **argv);

#endif
