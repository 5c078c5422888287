# Writes HEADER, which says what commit SOURCE is at, if that has changed.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${SOURCE} status --porcelain
    OUTPUT_VARIABLE changes ERROR_QUIET)
set(dirty false)
if(changes)
    set(dirty true)
endif()
if(NOT commit)
    set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT
"#define COMMIT \"@commit@\"
#define COMMIT_DIRTY @dirty@
")
