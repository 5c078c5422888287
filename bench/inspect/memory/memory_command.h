/* memory_command.h - tidemark memory: where the bytes of a measured server were. */
#pragma once

/* As command.h says. */
int memory_command(int argc, char **argv);
