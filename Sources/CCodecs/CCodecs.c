#include "CCodecs.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif
#endif

// Bit-reversed Castagnoli polynomial: bit 31 of a remainder is the coefficient of x^0.
#define POLYNOMIAL 0x82f63b78u

// Bytes of one stream of the three that run side by side; the instruction has a latency of three and a throughput of one.
#define LONG_RUN 4096
#define SHORT_RUN 256

static uint32_t slices[8][256];
static uint32_t long_shift[4][256];
static uint32_t short_shift[4][256];

static uint32_t multiply(uint32_t a, uint32_t b) {
    uint32_t product = 0;
    for (int bit = 31; bit >= 0; bit--) {
        if (a >> bit & 1) product ^= b;
        b = (b >> 1) ^ (b & 1 ? POLYNOMIAL : 0);
    }
    return product;
}

// Tables that advance a remainder over `length` zero bytes: a multiplication by x^(8 * length), one byte of the remainder a table.
static void fill_shift(uint32_t tables[4][256], size_t length) {
    uint32_t power = 1u << 31, square = 1u << 23;
    for (size_t rest = length; rest; rest >>= 1) {
        if (rest & 1) power = multiply(power, square);
        square = multiply(square, square);
    }
    for (int byte = 0; byte < 4; byte++)
        for (uint32_t value = 0; value < 256; value++) tables[byte][value] = multiply(power, value << (8 * byte));
}

__attribute__((constructor)) static void fill_tables(void) {
    for (uint32_t value = 0; value < 256; value++) {
        uint32_t rest = value;
        for (int bit = 0; bit < 8; bit++) rest = (rest >> 1) ^ (rest & 1 ? POLYNOMIAL : 0);
        slices[0][value] = rest;
    }
    for (int slice = 1; slice < 8; slice++)
        for (int value = 0; value < 256; value++) {
            uint32_t before = slices[slice - 1][value];
            slices[slice][value] = (before >> 8) ^ slices[0][before & 0xff];
        }
    fill_shift(long_shift, LONG_RUN);
    fill_shift(short_shift, SHORT_RUN);
}

uint32_t ottla_crc32c_tables(uint32_t crc, const void *data, size_t length) {
    const uint8_t *next = data;
    crc = ~crc;
    while (length >= 8) {
        uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24);
        crc = slices[7][low & 0xff] ^ slices[6][low >> 8 & 0xff] ^ slices[5][low >> 16 & 0xff] ^ slices[4][low >> 24] ^
              slices[3][next[4]] ^ slices[2][next[5]] ^ slices[1][next[6]] ^ slices[0][next[7]];
        next += 8;
        length -= 8;
    }
    while (length--) crc = (crc >> 8) ^ slices[0][(crc ^ *next++) & 0xff];
    return ~crc;
}

#if defined(__x86_64__) || defined(__aarch64__)

#if defined(__x86_64__)
#define HARDWARE __attribute__((target("sse4.2")))
#define STEP8(crc, word) ((uint32_t)_mm_crc32_u64((crc), (word)))
#define STEP1(crc, byte) _mm_crc32_u8((crc), (byte))
#else
#if defined(__clang__)
#define HARDWARE __attribute__((target("crc")))
#else
#define HARDWARE __attribute__((target("+crc")))
#endif
#define STEP8(crc, word) __crc32cd((crc), (word))
#define STEP1(crc, byte) __crc32cb((crc), (byte))
#endif

static inline uint32_t shifted(uint32_t tables[4][256], uint32_t crc) {
    return tables[0][crc & 0xff] ^ tables[1][crc >> 8 & 0xff] ^ tables[2][crc >> 16 & 0xff] ^ tables[3][crc >> 24];
}

static inline uint64_t word_at(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

// Three neighbouring runs at once, joined by shifting each remainder over the run behind it.
HARDWARE static uint32_t three_runs(uint32_t crc, const uint8_t *next, size_t run, uint32_t shift[4][256]) {
    uint32_t first = crc, second = 0, third = 0;
    for (const uint8_t *end = next + run; next < end; next += 8) {
        first = STEP8(first, word_at(next));
        second = STEP8(second, word_at(next + run));
        third = STEP8(third, word_at(next + 2 * run));
    }
    return shifted(shift, shifted(shift, first) ^ second) ^ third;
}

HARDWARE static uint32_t crc32c_hardware(uint32_t crc, const void *data, size_t length) {
    const uint8_t *next = data;
    crc = ~crc;
    for (; length >= 3 * LONG_RUN; length -= 3 * LONG_RUN, next += 3 * LONG_RUN) crc = three_runs(crc, next, LONG_RUN, long_shift);
    for (; length >= 3 * SHORT_RUN; length -= 3 * SHORT_RUN, next += 3 * SHORT_RUN) crc = three_runs(crc, next, SHORT_RUN, short_shift);
    for (; length >= 8; length -= 8, next += 8) crc = STEP8(crc, word_at(next));
    for (; length; length--) crc = STEP1(crc, *next++);
    return ~crc;
}

static int has_hardware(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("sse4.2");
#elif defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#else
    return 1;
#endif
}
#endif

uint32_t ottla_crc32c(uint32_t crc, const void *data, size_t length) {
#if defined(__x86_64__) || defined(__aarch64__)
    if (has_hardware()) return crc32c_hardware(crc, data, length);
#endif
    return ottla_crc32c_tables(crc, data, length);
}
