/// What Kafka demands of client properties that this client does not act on: a mistake in one is reported all the same, in Kafka's words.
enum ClientConfigRules {
    private enum Rule {
        case int(atLeast: Int? = nil, atMost: Int? = nil)
        case long(atLeast: Int? = nil)
        case double
        case bool
        case choice([String], caseInsensitive: Bool = false)
    }

    private static let rules: [String: Rule] = [
        "auto.include.jmx.reporter": .bool, "client.dns.lookup": .choice(["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"]),
        "connections.max.idle.ms": .long(), "enable.metrics.push": .bool,
        "metadata.recovery.rebootstrap.trigger.ms": .long(atLeast: 0),
        "metadata.recovery.strategy": .choice(["REBOOTSTRAP", "NONE"], caseInsensitive: true),
        "metrics.num.samples": .int(atLeast: 1), "metrics.recording.level": .choice(["INFO", "DEBUG", "TRACE"]),
        "metrics.sample.window.ms": .long(atLeast: 0), "receive.buffer.bytes": .int(atLeast: -1), "send.buffer.bytes": .int(atLeast: -1),
        "sasl.kerberos.min.time.before.relogin": .long(), "sasl.kerberos.ticket.renew.jitter": .double,
        "sasl.kerberos.ticket.renew.window.factor": .double, "sasl.login.connect.timeout.ms": .int(), "sasl.login.read.timeout.ms": .int(),
        "sasl.login.refresh.buffer.seconds": .int(atLeast: 0, atMost: 3_600),
        "sasl.login.refresh.min.period.seconds": .int(atLeast: 0, atMost: 900), "sasl.login.refresh.window.factor": .double,
        "sasl.login.refresh.window.jitter": .double, "sasl.login.retry.backoff.max.ms": .long(), "sasl.login.retry.backoff.ms": .long(),
        "socket.connection.setup.timeout.max.ms": .long(),
    ]

    /// Looks at the properties that were given.
    static func check(_ reader: ConfigReader) throws(ClientError) {
        for name in reader.properties.keys.sorted() {
            switch rules[name] {
            case .int(let atLeast, let atMost): _ = try reader.int(name, default: 0, atLeast: atLeast, atMost: atMost)
            case .long(let atLeast): _ = try reader.long(name, default: 0, atLeast: atLeast)
            case .double: _ = try reader.double(name, default: 0)
            case .bool: _ = try reader.bool(name, default: false)
            case .choice(let choices, let caseInsensitive): _ = try reader.choice(name, default: "", of: choices, caseInsensitive: caseInsensitive)
            case nil: break
            }
        }
    }
}
