import KafkaProtocol
import Vocabulary

/// One property of Kafka's clients and what this client does with it.
public struct ClientConfigKey: Sendable {
    /// Kinds of clients that have the key.
    public struct Clients: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        public static let producer = Clients(rawValue: 1)
        public static let consumer = Clients(rawValue: 2)
        public static let admin = Clients(rawValue: 4)
        static let all: Clients = [.producer, .consumer, .admin]
    }

    public let name: String
    public let treatment: ConfigTreatment
    let clients: Clients
    /// What asks for nothing else than what happens anyway; kept for keys that do not act.
    let defaults: [String]
    let isSecret: Bool

    init(_ name: String, _ treatment: ConfigTreatment, of clients: Clients, defaults: [String] = [], isSecret: Bool = false) {
        self.name = name
        self.treatment = treatment
        self.clients = clients
        self.defaults = defaults
        self.isSecret = isSecret
    }

    /// Whether a client of this kind has the key.
    public func belongs(to client: Clients) -> Bool { !clients.isDisjoint(with: client) }

    private func isChanged(by text: String) -> Bool {
        let value = JavaText.trim(text)
        return !value.isEmpty && !defaults.contains { $0.lowercased() == value.lowercased() }
    }

    /// Refuses what a client of this kind must not ignore, and gives a line for each property that has no effect.
    public static func remarks(on properties: [String: String], of client: Clients) throws(ClientError) -> [String] {
        var remarks: [String] = []
        for key in all where key.belongs(to: client) {
            guard let text = properties[key.name], key.isChanged(by: text) else { continue }
            let shown = key.isSecret ? key.name : "\(key.name)=\(text)"
            switch key.treatment {
            case .obeyed, .inCluster: continue
            case .refused(let reason): throw .configuration("\(shown): \(reason)")
            case .noEffect(let reason): remarks.append("\(shown) has no effect: \(reason)")
            }
        }
        return remarks
    }
}

// The reasons, in words for the user.
extension ConfigTreatment {
    fileprivate static let javaClass = refused("Java classes cannot be loaded")
    fileprivate static let brokersOnly = refused("give controllers to --bootstrap-controller, which some tools have")
    fileprivate static let withoutTwoPhases = noEffect("transactions end in one phase, as in Kafka's own producer")
    fileprivate static let bytesOnly = noEffect("the tool chooses how keys and values are read and written")
    fileprivate static let oneWayToConnect = noEffect("connections and their recovery are this client's own")
    fileprivate static let noMetrics = noEffect("metrics are not kept")
    fileprivate static let ownBatches = noEffect("the pace of batches is this client's own")
    fileprivate static let openSSL = noEffect("OpenSSL does the encryption")
    fileprivate static let passwordsOnly = noEffect("the mechanisms are PLAIN and SCRAM")
}

extension ClientConfigKey {
    /// Every property of Kafka's producer, consumer and admin client.
    public static let all: [ClientConfigKey] = [
        ClientConfigKey("acks", .obeyed, of: .producer),
        ClientConfigKey("allow.auto.create.topics", .obeyed, of: .consumer),
        ClientConfigKey("auto.commit.interval.ms", .obeyed, of: .consumer),
        ClientConfigKey("auto.offset.reset", .obeyed, of: .consumer),
        ClientConfigKey("batch.size", .obeyed, of: .producer),
        ClientConfigKey("bootstrap.controllers", .brokersOnly, of: .admin),
        ClientConfigKey("bootstrap.servers", .obeyed, of: .all),
        ClientConfigKey("buffer.memory", .obeyed, of: .producer),
        ClientConfigKey("check.crcs", .obeyed, of: .consumer),
        ClientConfigKey("client.dns.lookup", .oneWayToConnect, of: .all, defaults: ["use_all_dns_ips"]),
        ClientConfigKey("client.id", .obeyed, of: .all),
        ClientConfigKey("client.rack", .obeyed, of: .consumer),
        ClientConfigKey("compression.gzip.level", .obeyed, of: .producer),
        ClientConfigKey("compression.lz4.level", .obeyed, of: .producer),
        ClientConfigKey("compression.type", .obeyed, of: .producer),
        ClientConfigKey("compression.zstd.level", .obeyed, of: .producer),
        ClientConfigKey("config.providers", .obeyed, of: .all),
        ClientConfigKey("connections.max.idle.ms", .oneWayToConnect, of: .all, defaults: ["300000", "540000"]),
        ClientConfigKey("default.api.timeout.ms", .obeyed, of: [.consumer, .admin]),
        ClientConfigKey("delivery.timeout.ms", .obeyed, of: .producer),
        ClientConfigKey("enable.auto.commit", .obeyed, of: .consumer),
        ClientConfigKey("enable.idempotence", .obeyed, of: .producer),
        ClientConfigKey("enable.metrics.push", .noMetrics, of: .all, defaults: ["false", "true"]),
        ClientConfigKey("exclude.internal.topics", .obeyed, of: .consumer),
        ClientConfigKey("fetch.max.bytes", .obeyed, of: .consumer),
        ClientConfigKey("fetch.max.wait.ms", .obeyed, of: .consumer),
        ClientConfigKey("fetch.min.bytes", .obeyed, of: .consumer),
        ClientConfigKey("group.id", .obeyed, of: .consumer),
        ClientConfigKey("group.instance.id", .obeyed, of: .consumer),
        ClientConfigKey("group.protocol", .obeyed, of: .consumer),
        ClientConfigKey("group.remote.assignor", .obeyed, of: .consumer),
        ClientConfigKey("heartbeat.interval.ms", .obeyed, of: .consumer),
        ClientConfigKey("interceptor.classes", .javaClass, of: [.producer, .consumer]),
        ClientConfigKey("internal.throw.on.fetch.stable.offset.unsupported", .ownBatches, of: .consumer, defaults: ["false"]),
        ClientConfigKey("isolation.level", .obeyed, of: .consumer),
        ClientConfigKey("key.deserializer", .bytesOnly, of: .consumer),
        ClientConfigKey("key.serializer", .bytesOnly, of: .producer),
        ClientConfigKey("linger.ms", .obeyed, of: .producer),
        ClientConfigKey("max.block.ms", .obeyed, of: .producer),
        ClientConfigKey("max.in.flight.requests.per.connection", .obeyed, of: .producer),
        ClientConfigKey("max.partition.fetch.bytes", .obeyed, of: .consumer),
        ClientConfigKey("max.poll.interval.ms", .obeyed, of: .consumer),
        ClientConfigKey("max.poll.records", .ownBatches, of: .consumer, defaults: ["500"]),
        ClientConfigKey("max.request.size", .obeyed, of: .producer),
        ClientConfigKey("metadata.max.age.ms", .obeyed, of: .all),
        ClientConfigKey("metadata.max.idle.ms", .oneWayToConnect, of: .producer, defaults: ["300000"]),
        ClientConfigKey("metadata.recovery.rebootstrap.trigger.ms", .oneWayToConnect, of: .all, defaults: ["300000"]),
        ClientConfigKey("metadata.recovery.strategy", .oneWayToConnect, of: .all, defaults: ["rebootstrap"]),
        ClientConfigKey("metric.reporters", .noMetrics, of: .all, defaults: ["org.apache.kafka.common.metrics.JmxReporter"]),
        ClientConfigKey("metrics.num.samples", .noMetrics, of: .all, defaults: ["2"]),
        ClientConfigKey("metrics.recording.level", .noMetrics, of: .all, defaults: ["INFO"]),
        ClientConfigKey("metrics.sample.window.ms", .noMetrics, of: .all, defaults: ["30000"]),
        ClientConfigKey("partition.assignment.strategy", .obeyed, of: .consumer),
        ClientConfigKey("partitioner.adaptive.partitioning.enable", .obeyed, of: .producer),
        ClientConfigKey("partitioner.availability.timeout.ms", .ownBatches, of: .producer, defaults: ["0"]),
        ClientConfigKey("partitioner.class", .obeyed, of: .producer),
        ClientConfigKey("partitioner.ignore.keys", .obeyed, of: .producer),
        ClientConfigKey("receive.buffer.bytes", .obeyed, of: .all),
        ClientConfigKey("reconnect.backoff.max.ms", .obeyed, of: .all),
        ClientConfigKey("reconnect.backoff.ms", .obeyed, of: .all),
        ClientConfigKey("request.timeout.ms", .obeyed, of: .all),
        ClientConfigKey("retries", .obeyed, of: [.producer, .admin]),
        ClientConfigKey("retry.backoff.max.ms", .obeyed, of: .all),
        ClientConfigKey("retry.backoff.ms", .obeyed, of: .all),
        ClientConfigKey("sasl.client.callback.handler.class", .javaClass, of: .all),
        ClientConfigKey("sasl.jaas.config", .obeyed, of: .all),
        ClientConfigKey("sasl.kerberos.kinit.cmd", .passwordsOnly, of: .all, defaults: ["/usr/bin/kinit"]),
        ClientConfigKey("sasl.kerberos.min.time.before.relogin", .passwordsOnly, of: .all, defaults: ["60000"]),
        ClientConfigKey("sasl.kerberos.service.name", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.kerberos.ticket.renew.jitter", .passwordsOnly, of: .all, defaults: ["0.05"]),
        ClientConfigKey("sasl.kerberos.ticket.renew.window.factor", .passwordsOnly, of: .all, defaults: ["0.8"]),
        ClientConfigKey("sasl.login.callback.handler.class", .javaClass, of: .all),
        ClientConfigKey("sasl.login.class", .javaClass, of: .all),
        ClientConfigKey("sasl.login.connect.timeout.ms", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.login.read.timeout.ms", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.login.refresh.buffer.seconds", .passwordsOnly, of: .all, defaults: ["300"]),
        ClientConfigKey("sasl.login.refresh.min.period.seconds", .passwordsOnly, of: .all, defaults: ["60"]),
        ClientConfigKey("sasl.login.refresh.window.factor", .passwordsOnly, of: .all, defaults: ["0.8"]),
        ClientConfigKey("sasl.login.refresh.window.jitter", .passwordsOnly, of: .all, defaults: ["0.05"]),
        ClientConfigKey("sasl.login.retry.backoff.max.ms", .passwordsOnly, of: .all, defaults: ["10000"]),
        ClientConfigKey("sasl.login.retry.backoff.ms", .passwordsOnly, of: .all, defaults: ["100"]),
        ClientConfigKey("sasl.mechanism", .obeyed, of: .all),
        ClientConfigKey("sasl.oauthbearer.assertion.algorithm", .passwordsOnly, of: .all, defaults: ["RS256"]),
        ClientConfigKey("sasl.oauthbearer.assertion.claim.aud", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.assertion.claim.exp.seconds", .passwordsOnly, of: .all, defaults: ["300"]),
        ClientConfigKey("sasl.oauthbearer.assertion.claim.iss", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.assertion.claim.jti.include", .passwordsOnly, of: .all, defaults: ["false"]),
        ClientConfigKey("sasl.oauthbearer.assertion.claim.nbf.seconds", .passwordsOnly, of: .all, defaults: ["60"]),
        ClientConfigKey("sasl.oauthbearer.assertion.claim.sub", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.assertion.file", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.assertion.private.key.file", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.assertion.private.key.passphrase", .passwordsOnly, of: .all, isSecret: true),
        ClientConfigKey("sasl.oauthbearer.assertion.template.file", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.client.credentials.client.id", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.client.credentials.client.secret", .passwordsOnly, of: .all, isSecret: true),
        ClientConfigKey("sasl.oauthbearer.clock.skew.seconds", .passwordsOnly, of: .all, defaults: ["30"]),
        ClientConfigKey("sasl.oauthbearer.expected.audience", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.expected.issuer", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.header.urlencode", .passwordsOnly, of: .all, defaults: ["false"]),
        ClientConfigKey("sasl.oauthbearer.jwks.endpoint.refresh.ms", .passwordsOnly, of: .all, defaults: ["3600000"]),
        ClientConfigKey("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", .passwordsOnly, of: .all, defaults: ["10000"]),
        ClientConfigKey("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", .passwordsOnly, of: .all, defaults: ["100"]),
        ClientConfigKey("sasl.oauthbearer.jwks.endpoint.url", .passwordsOnly, of: .all),
        ClientConfigKey(
            "sasl.oauthbearer.jwt.retriever.class", .passwordsOnly, of: .all, defaults: ["org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever"]),
        ClientConfigKey(
            "sasl.oauthbearer.jwt.validator.class", .passwordsOnly, of: .all, defaults: ["org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator"]),
        ClientConfigKey("sasl.oauthbearer.scope", .passwordsOnly, of: .all),
        ClientConfigKey("sasl.oauthbearer.scope.claim.name", .passwordsOnly, of: .all, defaults: ["scope"]),
        ClientConfigKey("sasl.oauthbearer.sub.claim.name", .passwordsOnly, of: .all, defaults: ["sub"]),
        ClientConfigKey("sasl.oauthbearer.token.endpoint.url", .passwordsOnly, of: .all),
        ClientConfigKey("security.protocol", .obeyed, of: .all),
        ClientConfigKey("security.providers", .javaClass, of: .all),
        ClientConfigKey("send.buffer.bytes", .obeyed, of: .all),
        ClientConfigKey("session.timeout.ms", .obeyed, of: .consumer),
        ClientConfigKey("share.acknowledgement.mode", .obeyed, of: .consumer),
        ClientConfigKey("share.acquire.mode", .obeyed, of: .consumer),
        ClientConfigKey("socket.connection.setup.timeout.max.ms", .oneWayToConnect, of: .all, defaults: ["30000"]),
        ClientConfigKey("socket.connection.setup.timeout.ms", .obeyed, of: .all),
        ClientConfigKey("ssl.cipher.suites", .obeyed, of: .all),
        ClientConfigKey("ssl.enabled.protocols", .obeyed, of: .all),
        ClientConfigKey("ssl.endpoint.identification.algorithm", .obeyed, of: .all),
        ClientConfigKey("ssl.engine.factory.class", .javaClass, of: .all),
        ClientConfigKey("ssl.key.password", .obeyed, of: .all),
        ClientConfigKey("ssl.keymanager.algorithm", .openSSL, of: .all, defaults: ["SunX509"]),
        ClientConfigKey("ssl.keystore.certificate.chain", .obeyed, of: .all),
        ClientConfigKey("ssl.keystore.key", .obeyed, of: .all),
        ClientConfigKey("ssl.keystore.location", .obeyed, of: .all),
        ClientConfigKey("ssl.keystore.password", .obeyed, of: .all),
        ClientConfigKey("ssl.keystore.type", .obeyed, of: .all),
        ClientConfigKey("ssl.protocol", .openSSL, of: .all, defaults: ["TLSv1.3"]),
        ClientConfigKey("ssl.provider", .openSSL, of: .all),
        ClientConfigKey("ssl.secure.random.implementation", .openSSL, of: .all),
        ClientConfigKey("ssl.trustmanager.algorithm", .openSSL, of: .all, defaults: ["PKIX"]),
        ClientConfigKey("ssl.truststore.certificates", .obeyed, of: .all),
        ClientConfigKey("ssl.truststore.location", .obeyed, of: .all),
        ClientConfigKey("ssl.truststore.password", .obeyed, of: .all),
        ClientConfigKey("ssl.truststore.type", .obeyed, of: .all),
        ClientConfigKey("transaction.timeout.ms", .obeyed, of: .producer),
        ClientConfigKey("transaction.two.phase.commit.enable", .withoutTwoPhases, of: .producer, defaults: ["false"]),
        ClientConfigKey("transactional.id", .obeyed, of: .producer),
        ClientConfigKey("value.deserializer", .bytesOnly, of: .consumer),
        ClientConfigKey("value.serializer", .bytesOnly, of: .producer),
    ]
}
