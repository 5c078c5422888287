/* cpus.c - which CPU the server gets, and which the load generator. */
#include "cpus.h"

#include "run.h"

#include <sched.h>

void cpus_choose(int *server_cpu, int *generator_cpu)
{
    cpu_set_t allowed;
    *server_cpu = *generator_cpu = RUN_CPU_ANY;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2)
        return;
    int cpu = 0;
    while (!CPU_ISSET((size_t)cpu, &allowed))
        cpu++;
    *server_cpu = cpu++;
    while (!CPU_ISSET((size_t)cpu, &allowed))
        cpu++;
    *generator_cpu = cpu;
}
