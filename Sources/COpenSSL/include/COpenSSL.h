// OpenSSL 3: TLS on both sides, digests, key derivation and signatures.
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
