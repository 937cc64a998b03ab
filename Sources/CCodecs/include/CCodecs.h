// The four compression libraries of Kafka through their own headers, and CRC32C.
#pragma once
#include <zlib.h>
#include <zstd.h>
#include <lz4frame.h>
#include <snappy-c.h>
