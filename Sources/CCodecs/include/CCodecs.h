// The four compression libraries of Kafka through their own headers, and CRC32C.
#pragma once
#include <lz4frame.h>
#include <snappy-c.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>
#include <zstd.h>

/// CRC32C (Castagnoli) of `length` bytes, continuing from `crc`; 0 begins a new checksum.
/// Uses the processor's own instruction where it has one (SSE4.2, ARMv8 CRC), else tables.
uint32_t ottla_crc32c(uint32_t crc, const void *data, size_t length);

/// The same from tables alone; for tests that compare the two.
uint32_t ottla_crc32c_tables(uint32_t crc, const void *data, size_t length);
