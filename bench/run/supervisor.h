/* supervisor.h - runs a program and ends every process that it started.
 *
 * The supervisor is a process between us and the program. It is a subreaper: the kernel hands it
 * each descendant whose parent has ended, also one in a session of its own. When the program ends,
 * when the supervisor gets SIGTERM, or when the process that forked it dies (even by SIGKILL), it
 * ends all of them and then exits as the program did. Only SIGKILL to the supervisor itself can
 * leave descendants behind; the program is killed with it.
 */
#pragma once

#include <stdint.h>

/* Longest time from SIGTERM to the program's end; the supervisor then sends SIGKILL. */
#define SUPERVISOR_STOP_NS UINT64_C(3000000000)

/* For a forked process that gets SIGTERM when its parent dies: turns it into the supervisor, which
 * does not return. Returns in a new process, which is to exec the program. */
void supervise(void);
