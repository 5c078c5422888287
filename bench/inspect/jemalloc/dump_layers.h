/* dump_layers.h - the rows from allocated to mapped: names and meanings, for text and JSON alike.
 */
#ifndef DUMP_LAYERS_H
#define DUMP_LAYERS_H

#include <stddef.h>

struct layer {
    const char *sign; /* "+" a gap, "=" a sum */
    const char *name, *key;
    size_t offset; /* of a double in struct facts */
    const char *meaning;
};
#define LAYERS 10
extern const struct layer layers[LAYERS];

#endif
