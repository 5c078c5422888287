/* cpus.h - which CPU the server gets, and which the load generator. */
#ifndef CPUS_H
#define CPUS_H

/* The first two that we may use; RUN_CPU_ANY for both where there is one only. */
void cpus_choose(int *server_cpu, int *generator_cpu);

#endif
