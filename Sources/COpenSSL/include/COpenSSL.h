// OpenSSL 3: TLS on both sides, digests, key derivation and signatures; and functions for what its headers offer as macros only.
#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

void ottla_tls_set_modes(SSL_CTX *context);
int ottla_tls_set_versions(SSL_CTX *context, int minimum, int maximum);
int ottla_tls_set_server_name(SSL *session, const char *name);
int ottla_tls_add_chain(SSL_CTX *context, X509 *certificate);
int ottla_certificate_count(const STACK_OF(X509) *certificates);
X509 *ottla_certificate_at(const STACK_OF(X509) *certificates, int index);
void ottla_certificates_free(STACK_OF(X509) *certificates);
/// The contents of a memory BIO; valid while the BIO lives and is not written.
long ottla_bio_contents(BIO *bio, char **contents);
/// A PEM private key; `password` may be NULL. NULL when the text holds none or the password is wrong.
EVP_PKEY *ottla_read_key(BIO *bio, const char *password);
/// Writes the subject of a certificate in RFC 2253's form, with UTF-8 left as it is (as Java does).
void ottla_print_subject(BIO *out, X509 *certificate);
