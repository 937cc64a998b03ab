/// What Kafka demands of client properties that this client does not act on: a mistake in one is reported all the same, in Kafka's words.
enum ClientConfigRules {
    private enum Rule {
        case short(ClosedRange<Int>)
        case int(atLeast: Int? = nil, atMost: Int? = nil)
        case long(atLeast: Int? = nil)
        case double(ClosedRange<Double>? = nil)
        case bool
        case list
        case choice([String], caseInsensitive: Bool = false)
        /// One of two words, with a text of its own for anything else.
        case either(String, String, caseInsensitive: Bool = false)
    }

    private static let common: [String: Rule] = [
        "client.dns.lookup": .choice(["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"]), "config.providers": .list,
        "connections.max.idle.ms": .long(), "enable.metrics.push": .bool, "metadata.recovery.rebootstrap.trigger.ms": .long(atLeast: 0),
        "metadata.recovery.strategy": .choice(["REBOOTSTRAP", "NONE"], caseInsensitive: true), "metric.reporters": .list,
        "metrics.num.samples": .int(atLeast: 1), "metrics.recording.level": .choice(["INFO", "DEBUG", "TRACE"]),
        "metrics.sample.window.ms": .long(atLeast: 0),
        "socket.connection.setup.timeout.max.ms": .long(), "ssl.cipher.suites": .list, "ssl.enabled.protocols": .list,
    ]

    private static let sasl: [String: Rule] = [
        "sasl.kerberos.min.time.before.relogin": .long(), "sasl.kerberos.ticket.renew.jitter": .double(),
        "sasl.kerberos.ticket.renew.window.factor": .double(), "sasl.login.connect.timeout.ms": .int(), "sasl.login.read.timeout.ms": .int(),
        "sasl.login.refresh.buffer.seconds": .short(0...3_600), "sasl.login.refresh.min.period.seconds": .short(0...900),
        "sasl.login.refresh.window.factor": .double(0.5...1), "sasl.login.refresh.window.jitter": .double(0...0.25),
        "sasl.login.retry.backoff.max.ms": .long(), "sasl.login.retry.backoff.ms": .long(),
        "sasl.oauthbearer.assertion.algorithm": .choice(["ES256", "RS256"], caseInsensitive: true),
        "sasl.oauthbearer.assertion.claim.exp.seconds": .int(atLeast: 0, atMost: 86_400), "sasl.oauthbearer.assertion.claim.jti.include": .bool,
        "sasl.oauthbearer.assertion.claim.nbf.seconds": .int(atLeast: 0, atMost: 3_600), "sasl.oauthbearer.clock.skew.seconds": .int(),
        "sasl.oauthbearer.expected.audience": .list, "sasl.oauthbearer.header.urlencode": .bool, "sasl.oauthbearer.jwks.endpoint.refresh.ms": .long(),
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms": .long(), "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms": .long(),
    ]

    private static let consumer: [String: Rule] = [
        "interceptor.classes": .list, "internal.throw.on.fetch.stable.offset.unsupported": .bool, "max.poll.records": .int(atLeast: 1),
        "partition.assignment.strategy": .list, "share.acknowledgement.mode": .either("implicit", "explicit"),
        "share.acquire.mode": .either("batch_optimized", "record_limit", caseInsensitive: true),
    ]

    private static let producer: [String: Rule] = [
        "interceptor.classes": .list, "metadata.max.idle.ms": .long(atLeast: 5_000), "partitioner.availability.timeout.ms": .long(atLeast: 0),
        "transaction.timeout.ms": .int(), "transaction.two.phase.commit.enable": .bool,
    ]

    /// Looks at the properties that were given, by the rules for all clients.
    static func checkCommon(_ reader: ConfigReader) throws(ClientError) {
        try check(reader, common)
        try check(reader, sasl)
    }

    /// Looks at those that only a consumer has.
    static func checkConsumer(_ reader: ConfigReader) throws(ClientError) { try check(reader, consumer) }

    /// Looks at those that only a producer has.
    static func checkProducer(_ reader: ConfigReader) throws(ClientError) { try check(reader, producer) }

    private static func check(_ reader: ConfigReader, _ rules: [String: Rule]) throws(ClientError) {
        for name in reader.properties.keys.sorted() {
            guard let rule = rules[name] else { continue }
            switch rule {
            case .short(let range): _ = try reader.short(name, default: 0, in: range)
            case .int(let atLeast, let atMost): _ = try reader.int(name, default: 0, atLeast: atLeast, atMost: atMost)
            case .long(let atLeast): _ = try reader.long(name, default: 0, atLeast: atLeast)
            case .double(let range): _ = try reader.double(name, default: 0, in: range)
            case .bool: _ = try reader.bool(name, default: false)
            case .list: try checkEntries(reader, name)
            case .choice(let choices, let caseInsensitive): _ = try reader.choice(name, default: "", of: choices, caseInsensitive: caseInsensitive)
            case .either(let first, let second, let caseInsensitive):
                guard let text = reader.string(name), ![first, second].contains(caseInsensitive ? text.lowercased() : text) else { continue }
                let why = "Invalid value `\(text)` for configuration \(name). The value must either be '\(first)' or '\(second)'."
                throw ConfigReader.invalid(name, text, why)
            }
        }
    }

    private static func checkEntries(_ reader: ConfigReader, _ name: String) throws(ClientError) {
        if reader.list(name).contains("") { throw .invalidValue("Configuration '\(name)' values must not be empty.") }
    }
}
