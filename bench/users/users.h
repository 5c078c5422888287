/* users.h - the command that fills a database with made-up users, for --origin sqlite:FILE. */
#ifndef USERS_H
#define USERS_H

int users_command(int argc, char **argv);

#endif
