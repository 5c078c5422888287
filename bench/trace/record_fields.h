/* record_fields.h - little-endian numbers in a binary record. */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t record_u16(const char *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return le16toh(value);
}

static inline uint32_t record_u32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static inline uint64_t record_u64(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}
