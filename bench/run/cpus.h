/* cpus.h - which CPU the server runs on, and which the load generator. */
#pragma once

#define CPU_ANY (-1) /* not pinned; the same as LOAD_CPU_ANY */

/* The first two CPUs that this process may use; CPU_ANY for both if there is only one. */
void cpus_choose(int *server_cpu, int *generator_cpu);
/* Pins the calling thread; CPU_ANY leaves it as it is. Safe between fork and exec. */
void cpu_pin(int cpu);
