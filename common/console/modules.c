/* modules.c - the table of the console's modules. */
#include "module.h"

#define MODULES(ROW)                                                                               \
    ROW("main", console_main)                                                                      \
    ROW("mem", console_memory)                                                                     \
    ROW("jemalloc", console_jemalloc)                                                              \
    ROW("heap", console_heap)

#define DECLARE(name, file)                                                                        \
    extern const char file##_lua[];                                                                \
    extern const struct luaL_Reg file##_functions[];
MODULES(DECLARE)

#define ROW(name, file) {name, file##_functions, file##_lua},
const struct module modules[] = {MODULES(ROW)};
const size_t modules_count = sizeof modules / sizeof modules[0];
