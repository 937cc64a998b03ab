import KafkaProtocol
import Testing

@testable import KafkaClient

@Suite struct ClientConfigTests {
    private func message(_ bootstrap: String, _ properties: [String: String] = [:]) -> String? {
        do throws(ClientError) {
            _ = try ClientConfig(bootstrap: bootstrap, properties: properties, clientId: "test")
            return nil
        } catch {
            return error.message
        }
    }

    @Test func bootstrapServersAreReadAsKafkaReadsThem() throws {
        let config = try ClientConfig(bootstrap: " a:1, PLAINTEXT://b:2,[::1]:3", properties: [:], clientId: "test")
        #expect(config.bootstrapServers == [.init(host: "a", port: 1), .init(host: "b", port: 2), .init(host: "::1", port: 3)])
        #expect(message("noport") == "Invalid url in bootstrap.servers: noport")
        #expect(message("a:99999") == "Invalid url in bootstrap.servers: a:99999")
        #expect(message("a b:1") == "Invalid url in bootstrap.servers: a b:1")
        #expect(message("") == "No resolvable bootstrap urls given in bootstrap.servers")
        for list in ["a:1,", ",a:1", "a:1, ,b:2", ","] { #expect(message(list) == "Configuration 'bootstrap.servers' values must not be empty.") }
    }

    @Test func wrongValuesAreRefusedInKafkasWords() {
        #expect(message("a:1", ["request.timeout.ms": "x"]) == "Invalid value x for configuration request.timeout.ms: Not a number of type INT")
        #expect(message("a:1", ["retries": "-1"]) == "Invalid value -1 for configuration retries: Value must be at least 0")
        #expect(
            message("a:1", ["security.protocol": "TCP"])
                == "Invalid value TCP for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT")
        #expect(message("a:1", ["metrics.num.samples": "0"]) == "Invalid value 0 for configuration metrics.num.samples: Value must be at least 1")
        #expect(message("a:1", ["security.protocol": "sasl_ssl", "sasl.mechanism": "PLAIN", "sasl.jaas.config": "X required username=\"u\""]) != nil)
    }

    @Test(arguments: [
        ("sasl.login.refresh.window.factor", "2", "Invalid value 2.0 for configuration sasl.login.refresh.window.factor: Value must be no more than 1.0"),
        ("sasl.login.refresh.window.jitter", "-1", "Invalid value -1.0 for configuration sasl.login.refresh.window.jitter: Value must be at least 0.0"),
        (
            "sasl.login.refresh.buffer.seconds", "99999999",
            "Invalid value 99999999 for configuration sasl.login.refresh.buffer.seconds: Not a number of type SHORT"
        ),
        ("metric.reporters", "a,,b", "Configuration 'metric.reporters' values must not be empty."),
    ])
    func propertiesWithoutEffectAreCheckedToo(name: String, value: String, text: String) {
        #expect(message("a:1", [name: value]) == text)
        #expect(message("a:1", ["metric.reporters": ""]) == nil)
    }

    @Test(arguments: [
        ("max.poll.records", "0", "Invalid value 0 for configuration max.poll.records: Value must be at least 1"),
        (
            "share.acquire.mode", "x",
            "Invalid value x for configuration share.acquire.mode: Invalid value `x` for configuration share.acquire.mode. "
                + "The value must either be 'batch_optimized' or 'record_limit'."
        ),
        ("interceptor.classes", "a,,b", "Configuration 'interceptor.classes' values must not be empty."),
    ])
    func consumersHaveRulesOfTheirOwn(name: String, value: String, text: String) {
        #expect(throws: ClientError.invalidValue(text)) { try ConsumerConfig(properties: ["group.id": "g", name: value]) }
        #expect(throws: Never.self) { try ProducerConfig(properties: ["max.poll.records": "0"]) }
    }

    @Test(arguments: [
        ("classic", "group.remote.assignor"), ("classic", "share.acquire.mode"), ("consumer", "session.timeout.ms"),
        ("consumer", "partition.assignment.strategy"), ("consumer", "heartbeat.interval.ms"),
    ])
    func eachGroupProtocolRefusesWhatTheOtherHas(groupProtocol: String, name: String) {
        let value = ["share.acquire.mode": "RECORD_LIMIT", "session.timeout.ms": "9000", "heartbeat.interval.ms": "5"][name] ?? "range"
        #expect(throws: ClientError.invalidValue("\(name) cannot be set when group.protocol=\(groupProtocol.uppercased())")) {
            try ConsumerConfig(properties: ["group.id": "g", "group.protocol": groupProtocol, name: value])
        }
    }

    @Test(arguments: [
        ("metadata.max.idle.ms", "1", "Invalid value 1 for configuration metadata.max.idle.ms: Value must be at least 5000"),
        ("transaction.timeout.ms", "x", "Invalid value x for configuration transaction.timeout.ms: Not a number of type INT"),
        ("compression.lz4.level", "0", "Invalid value 0 for configuration compression.lz4.level: Value must be at least 1"),
    ])
    func producersHaveRulesOfTheirOwn(name: String, value: String, text: String) {
        #expect(throws: ClientError.invalidValue(text)) { try ProducerConfig(properties: [name: value]) }
    }

    @Test(arguments: [
        (["acks": "1"], "Cannot set a transactional.id without also enabling idempotence."),
        (["retries": "0"], "Cannot set a transactional.id without also enabling idempotence."),
        (["enable.idempotence": "false"], "Cannot set a transactional.id without also enabling idempotence."),
        (
            ["max.in.flight.requests.per.connection": "6"],
            "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is 6."
        ),
        (
            ["transaction.two.phase.commit.enable": "true", "transaction.timeout.ms": "5"],
            "Cannot set transaction.timeout.ms when transaction.two.phase.commit.enable is set to true. "
                + "Transactions will not expire with two-phase commit enabled."
        ),
    ])
    func transactionsNeedAnIdempotentProducer(properties: [String: String], text: String) throws {
        let named = properties.merging(["transactional.id": "tx"]) { $1 }
        #expect(throws: ClientError.configuration(text)) { try ProducerConfig(properties: named) }
        let plain = try ProducerConfig(properties: ["transactional.id": "tx", "transaction.timeout.ms": "5"])
        #expect(plain.transactionalId == "tx" && plain.transactionTimeoutMs == 5 && plain.isIdempotent)
        #expect(throws: ClientError.invalidValue("Invalid value  for configuration transactional.id: String must be non-empty")) {
            try ProducerConfig(properties: ["transactional.id": ""])
        }
    }

    @Test func credentialsComeFromTheJaasEntry() throws {
        let config = try ClientConfig(
            bootstrap: "a:1",
            properties: [
                "security.protocol": "sasl_plaintext", "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required username='u' password=\"p;=\\\" x\";",
            ], clientId: "test")
        #expect(config.security.sasl?.username == "u")
        #expect(config.security.sasl?.password == "p;=\" x")
        #expect(config.security.usesSasl && !config.security.usesTLS)
    }

    @Test func errorCodesHaveJavasExceptionNames() {
        #expect(ErrorCode.unknownTopicOrPartition.exceptionName == "UnknownTopicOrPartitionException")
        #expect(ErrorCode.topicAlreadyExists.exceptionName == "TopicExistsException")
        #expect(ErrorCode.nonEmptyGroup.exceptionName == "GroupNotEmptyException")
        #expect(ErrorCode.invalidTopicException.exceptionName == "InvalidTopicException")
        #expect(ErrorCode.networkException.exceptionName == "NetworkException")
        #expect(ErrorCode.unknownServerError.exceptionName == "UnknownServerException")
        #expect(ErrorCode.saslAuthenticationFailed.exceptionName == "SaslAuthenticationException")
        #expect(ErrorCode.groupAuthorizationFailed.exceptionClass == "org.apache.kafka.common.errors.GroupAuthorizationException")
        #expect(ErrorCode.invalidRecord.exceptionClass == "org.apache.kafka.common.InvalidRecordException")
        #expect(ErrorCode(rawValue: 999).exceptionName == "UnknownServerException")
    }
}
