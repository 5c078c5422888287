/* replay_command.h - `tidemark replay`: what each policy would have done on a trace. */
#pragma once

/* As command.h says. */
int replay_command(int argc, char **argv);
