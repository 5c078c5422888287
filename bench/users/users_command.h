/* users_command.h - tidemark users. */
#pragma once

/* Exit status: 3 if the database could not be written. */
int users_command(int argc, char **argv);
