import Testing

@testable import Toolkit

private func produce(_ words: String...) -> Ran { Ran(VerifiableProducerTool.tool, words) }
private func consume(_ words: String...) -> Ran { Ran(VerifiableConsumerTool.tool, words) }

@Suite struct VerifiableClientsTests {
    private func last(_ ran: Ran) -> String { String(ran.error.split(separator: "\n").last ?? "") }

    @Test func usageErrorsHaveKafkasWords() {
        #expect(last(produce("--topic", "t")) == "kafka-verifiable-producer: error: one of the arguments --bootstrap-server is required")
        #expect(last(produce("--bootstrap-server", "a:1")) == "kafka-verifiable-producer: error: argument --topic is required")
        #expect(
            last(produce("--bootstrap-server", "a:1", "--topic", "t", "--acks", "2"))
                == "kafka-verifiable-producer: error: argument --acks: invalid choice: '2' (choose from '0', '1', '-1')")
        #expect(
            last(produce("--bootstrap-server", "a:1", "--topic", "t", "--producer.config", "a", "--command-config", "b"))
                == "kafka-verifiable-producer: error: Options --producer.config and --command-config are mutually exclusive.")
        #expect(last(consume("--bootstrap-server", "a:1", "--topic", "t")) == "kafka-verifiable-consumer: error: argument --group-id is required")
        #expect(
            last(consume("--bootstrap-server", "a:1", "--topic", "t", "--group-id", "g", "--max-messages", "many"))
                == "kafka-verifiable-consumer: error: argument --max-messages: could not convert 'many' to Integer (For input string: \"many\")")
    }

    @Test func propertiesThatDoNotFitTheProtocolAreRefused() {
        let ran = consume("--bootstrap-server", "a:1", "--topic", "t", "--group-id", "g", "--group-protocol", "consumer", "--session-timeout", "9000")
        #expect(ran.code == 1 && ran.error == "session.timeout.ms cannot be set when group.protocol=CONSUMER\n")
        #expect(
            consume("--bootstrap-server", "a:1", "--topic", "t", "--group-id", "g", "--reset-policy", "newest").error
                .hasPrefix("Invalid value newest for configuration auto.offset.reset"))
    }

    @Test func theProducersFileWinsOverTheToolsOwnSettings() {
        let ran = produce("--bootstrap-server", "a:1", "--topic", "t", "--command-config", "/nowhere/p.properties")
        #expect(ran.code == 1 && ran.error == "cannot read /nowhere/p.properties: No such file or directory\n")
    }
}
