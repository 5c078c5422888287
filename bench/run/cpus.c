/* cpus.c - which CPU the server runs on, and which the load generator. */
#include "cpus.h"

#include <sched.h>
#include <stddef.h>

void cpus_choose(int *server_cpu, int *generator_cpu)
{
    cpu_set_t allowed;
    *server_cpu = *generator_cpu = CPU_ANY;
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

void cpu_pin(int cpu)
{
    cpu_set_t set;
    if (cpu == CPU_ANY)
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}
