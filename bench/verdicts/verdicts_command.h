/* verdicts_command.h - tidemark verdicts. */
#pragma once

/* Exit status: 1 if a verdict is wrong; 3 if a run failed, or no verdict is right. */
int verdicts_command(int argc, char **argv);
