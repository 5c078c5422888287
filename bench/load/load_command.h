/* load_command.h - tidemark load: sends HTTP requests to a server and measures its responses. */
#pragma once

/* STATUS_BAD: there were errors, or --find-capacity found no rate. */
int load_command(int argc, char **argv);
