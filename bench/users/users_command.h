/* users_command.h - the command that fills a database with made-up users, for --origin sqlite:FILE.
 */
#ifndef USERS_COMMAND_H
#define USERS_COMMAND_H

int users_command(int argc, char **argv);

#endif
