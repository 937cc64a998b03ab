#include "COpenSSL.h"
#include <string.h>

void ottla_tls_set_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

int ottla_tls_set_versions(SSL_CTX *context, int minimum, int maximum) {
    return SSL_CTX_set_min_proto_version(context, minimum) == 1 && SSL_CTX_set_max_proto_version(context, maximum) == 1;
}

int ottla_tls_set_server_name(SSL *session, const char *name) { return (int)SSL_set_tlsext_host_name(session, name); }

int ottla_tls_add_chain(SSL_CTX *context, X509 *certificate) { return (int)SSL_CTX_add1_chain_cert(context, certificate); }

int ottla_certificate_count(const STACK_OF(X509) *certificates) { return certificates ? sk_X509_num(certificates) : 0; }

X509 *ottla_certificate_at(const STACK_OF(X509) *certificates, int index) { return sk_X509_value(certificates, index); }

void ottla_certificates_free(STACK_OF(X509) *certificates) { sk_X509_pop_free(certificates, X509_free); }

long ottla_bio_contents(BIO *bio, char **contents) { return BIO_get_mem_data(bio, contents); }

static int copy_password(char *buffer, int size, int writing, void *context) {
    (void)writing;
    if (context == NULL || size <= 0) return 0;
    size_t length = strlen(context);
    if (length > (size_t)size) length = (size_t)size;
    memcpy(buffer, context, length);
    return (int)length;
}

EVP_PKEY *ottla_read_key(BIO *bio, const char *password) { return PEM_read_bio_PrivateKey(bio, NULL, copy_password, (void *)password); }

void ottla_print_subject(BIO *out, X509 *certificate) {
    X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}
