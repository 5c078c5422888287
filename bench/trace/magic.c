/* magic.c - the table of first bytes of archives, databases and captures. */
#include "magic.h"

#include <stdbool.h>
#include <string.h>

#define HEAD_BYTES 512 /* in which a binary file has a byte that no text has */

static const struct {
    size_t at;
    const char *bytes;
    size_t count;
    const char *what;
} magics[] = {
#define MAGIC(at, bytes, what)                                                                     \
    {                                                                                              \
        at, bytes, sizeof(bytes) - 1, what                                                         \
    }
    MAGIC(0, "PK\3\4", "a zip archive; unpack it, as with unzip -p FILE"),
    MAGIC(0, "PAR1", "a Parquet file; write the columns that matter as CSV"),
    MAGIC(0, "\xd4\xc3\xb2\xa1", "a pcap capture; write the requests in it as CSV"),
    MAGIC(0, "\xa1\xb2\xc3\xd4", "a pcap capture; write the requests in it as CSV"),
    MAGIC(0, "\x4d\x3c\xb2\xa1", "a pcap capture; write the requests in it as CSV"),
    MAGIC(0, "\xa1\xb2\x3c\x4d", "a pcap capture; write the requests in it as CSV"),
    MAGIC(0, "\x0a\x0d\x0d\x0a", "a pcapng capture; write the requests in it as CSV"),
    MAGIC(0, "\x02\x21\x4c\x18", "in lz4's legacy format; unpack it with lz4 -d"),
    MAGIC(0, "7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it, as with 7z x -so FILE"),
    MAGIC(0, "Rar!\x1a\x07", "a rar archive; unpack it"),
    MAGIC(0, "\x1f\x9d", "compressed by compress; unpack it with uncompress -c"),
    MAGIC(0, "LZIP", "compressed by lzip; unpack it with lzip -dc"),
    MAGIC(0, "\x89LZO", "compressed by lzop; unpack it with lzop -dc"),
    MAGIC(0, "\xff\x06\0\0sNaPpY", "compressed by snappy; unpack it"),
    MAGIC(257, "ustar", "a tar archive; unpack it, as with tar -xO"),
    MAGIC(0, "\xff\xfe", "text in UTF-16; convert it with iconv -f UTF-16 -t UTF-8"),
    MAGIC(0, "\xfe\xff", "text in UTF-16; convert it with iconv -f UTF-16 -t UTF-8"),
    MAGIC(0, "SQLite format 3", "a SQLite database; write the requests in it as CSV"),
    MAGIC(0, "\x89HDF", "an HDF5 file; write the requests in it as CSV"),
    MAGIC(0, "Obj\1", "an Avro file; write the requests in it as CSV"),
    MAGIC(0, "\x93NUMPY", "a NumPy array; write it as text, as with numpy.savetxt"),
    MAGIC(0, "REDIS0", "a dump of Redis, which holds no requests"),
    MAGIC(0, "%PDF-", "a PDF document"),
    MAGIC(0, "\x89PNG", "a picture"),
    MAGIC(0,
          "\x7f"
          "ELF",
          "a program"),
#undef MAGIC
};

/* Whether all of the first bytes are plain ASCII. */
static bool is_text(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && i < HEAD_BYTES; i++) {
        bool printable = bytes[i] >= ' ' && bytes[i] <= '~';
        if (!printable && bytes[i] != '\t' && bytes[i] != '\r' && bytes[i] != '\n')
            return false;
    }
    return true;
}

const char *magic_refusal(const char *bytes, size_t count)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (count >= magics[i].at + magics[i].count &&
            memcmp(bytes + magics[i].at, magics[i].bytes, magics[i].count) == 0 &&
            !is_text(bytes, count))
            return magics[i].what;
    return NULL;
}
