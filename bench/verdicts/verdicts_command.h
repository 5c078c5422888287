/* verdicts_command.h - tidemark verdicts. */
#ifndef VERDICTS_COMMAND_H
#define VERDICTS_COMMAND_H

/* 0; 1: a leak was missed or mistaken, something honest was called a leak, or a run failed;
 * 2: asked wrongly; 130: interrupted. */
int verdicts_command(int argc, char **argv);

#endif
