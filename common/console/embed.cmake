# embed.cmake - writes a text file as a C string: cmake -DIN=x.lua -DOUT=x_lua.c -DNAME=x_lua -P embed.cmake
file(READ ${IN} TEXT)
string(REPLACE "\\" "\\\\" TEXT "${TEXT}")
string(REPLACE "\"" "\\\"" TEXT "${TEXT}")
string(REPLACE "\n" "\\n\"\n    \"" TEXT "${TEXT}")
file(WRITE ${OUT} "extern const char ${NAME}[];\nconst char ${NAME}[] =\n    \"${TEXT}\";\n")
