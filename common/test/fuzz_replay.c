/* fuzz_replay.c - runs a fuzz target without libFuzzer: over its seeds, whole, cut off and changed.
 *
 * usage: NAME_test ROUNDS SEEDS [DICTIONARY] [FILE...]
 *
 * The inputs are the same each time. A target ends the program when something is wrong. SEEDS and
 * DICTIONARY have texts in double quotes, one a line, with the escapes \\ \" \n \r \t \xHH
 * (dictionaries:
 * \\ \" \xHH); a text goes on where a line begins with a blank, and a line that begins with # is a
 * comment. A file named NAME.dict is a dictionary. Each other FILE is one more seed.
 */
#include "files.h"
#include "fuzz_check.h"
#include "random.h"
#include "xmalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define CUTS_MAX       40
#define ROUNDS_A_CUT   25 /* with fewer rounds, seeds are cut less often, too */
#define CHANGES_MAX    8
#define NOISE_BYTES    512

struct text {
    char *bytes;
    size_t count;
};

struct texts {
    struct text *list;
    size_t count, capacity;
};

static struct text *text_add(struct texts *texts)
{
    texts->list = growable(texts->list, &texts->capacity, texts->count + 1, sizeof(struct text));
    texts->list[texts->count] = (struct text){.bytes = xcalloc(1, 1)};
    return &texts->list[texts->count++];
}

static void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->list[i].bytes);
    free(texts->list);
}

static char *read_or_die(const char *path, size_t *count)
{
    struct error error;
    char *content = file_read(path, FILE_BYTES_MAX, count, &error);
    if (content == NULL)
        die_of(error.text);
    return content;
}

static unsigned digit_of(char digit)
{
    return isdigit((unsigned char)digit) ? (unsigned)(digit - '0')
                                         : (unsigned)(tolower(digit) - 'a' + 10);
}

/* Decodes one character of a text and returns what follows it. */
static const char *character_read(const char *at, char *character)
{
    if (*at != '\\') {
        *character = *at;
        return at + 1;
    }
    if (at[1] == 'x' && isxdigit((unsigned char)at[2]) && isxdigit((unsigned char)at[3])) {
        *character = (char)(digit_of(at[2]) << 4 | digit_of(at[3]));
        return at + 4;
    }
    *character = at[1] == 'n' ? '\n' : at[1] == 'r' ? '\r' : at[1] == 't' ? '\t' : at[1];
    return at + 2;
}

/* Appends what stands between the quotes of a line. */
static void line_append(struct text *text, const char *line)
{
    const char *at = strchr(line, '"');
    if (at == NULL)
        return;
    text->bytes = xreallocarray(text->bytes, text->count + strlen(at), 1);
    for (at++; *at != '"' && *at != '\0'; text->count++)
        at = character_read(at, &text->bytes[text->count]);
}

static void texts_read(struct texts *texts, const char *path)
{
    size_t count;
    char *content = read_or_die(path, &count), *rest = content;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line != '#' && *line != '\0')
            line_append(isblank((unsigned char)*line) && texts->count > 0
                            ? &texts->list[texts->count - 1]
                            : text_add(texts),
                        line);
    free(content);
}

static void file_add(struct texts *seeds, const char *path)
{
    struct text *seed = text_add(seeds);
    free(seed->bytes);
    seed->bytes = read_or_die(path, &seed->count);
}

/* Runs the target on a block of exactly this size, so that ASan notices reads beyond its end. */
static void target_run(const char *bytes, size_t count)
{
    uint8_t *copy = xmalloc(count);
    memcpy(copy, bytes, count);
    if (LLVMFuzzerTestOneInput(copy, count) != 0)
        die_of("the target refuses an input");
    free(copy);
}

/* Whole, and cut off at so many places. */
static void seeds_run(const struct texts *seeds, size_t cuts)
{
    for (size_t i = 0; i < seeds->count; i++)
        for (size_t cut = 0; cut <= cuts; cut++)
            target_run(seeds->list[i].bytes, seeds->list[i].count * cut / cuts);
}

/* Replaces up to 7 bytes at a random place by a word. */
static void word_put(struct text *input, const struct text *word, struct random *random)
{
    size_t at = random_below(random, input->count + 1), over = random_below(random, 8);
    over = over < input->count - at ? over : input->count - at;
    input->bytes = xreallocarray(input->bytes, input->count + word->count + 1, 1);
    memmove(input->bytes + at + word->count, input->bytes + at + over, input->count - at - over);
    memcpy(input->bytes + at, word->bytes, word->count);
    input->count += word->count - over;
}

static void input_change(struct text *input, const struct texts *words, struct random *random)
{
    char byte = (char)random_next(random);
    struct text one = {&byte, random_below(random, 2)};
    if (words->count > 0 && random_below(random, 2))
        word_put(input, &words->list[random_below(random, words->count)], random);
    else if (input->count > 0 && random_below(random, 2))
        input->bytes[random_below(random, input->count)] = byte;
    else
        word_put(input, &one, random);
}

/* The first byte often selects what is tried. */
static void changed_seed_run(const struct texts *seeds, const struct texts *words,
                             struct random *random)
{
    const struct text *seed = &seeds->list[random_below(random, seeds->count)];
    struct text input = {xmalloc(seed->count + 1), seed->count};
    memcpy(input.bytes, seed->bytes, seed->count);
    if (seed->count > 0 && random_below(random, 4) == 0)
        input.bytes[0] = (char)random_next(random);
    for (uint64_t changes = 1 + random_below(random, CHANGES_MAX); changes > 0; changes--)
        input_change(&input, words, random);
    target_run(input.bytes, input.count);
    free(input.bytes);
}

static void noise_run(struct random *random)
{
    char bytes[NOISE_BYTES];
    size_t count = random_below(random, NOISE_BYTES);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)random_next(random);
    target_run(bytes, count);
}

static bool is_dictionary(const char *path)
{
    const char *end = strrchr(path, '.');
    return end != NULL && strcmp(end, ".dict") == 0;
}

int main(int argc, char **argv)
{
    struct texts seeds = {0}, words = {0};
    struct random random;
    if (argc < 3)
        die_of("usage: NAME_test ROUNDS SEEDS [DICTIONARY] [FILE...]");
    texts_read(&seeds, argv[2]);
    for (int i = 3; i < argc; i++)
        if (is_dictionary(argv[i]))
            texts_read(&words, argv[i]);
        else
            file_add(&seeds, argv[i]);
    if (seeds.count == 0)
        die_of("there are no seeds");
    random_seed(&random, 1);
    unsigned long rounds = strtoul(argv[1], NULL, 10), cuts = 1 + rounds / ROUNDS_A_CUT;
    seeds_run(&seeds, cuts < CUTS_MAX ? cuts : CUTS_MAX);
    for (; rounds > 0; rounds--) {
        changed_seed_run(&seeds, &words, &random);
        noise_run(&random);
    }
    texts_free(&words);
    texts_free(&seeds);
    return 0;
}
