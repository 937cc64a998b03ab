import ClientDriver
import KafkaClient
import Vocabulary

/// `ottla transactions`, Kafka's `kafka-transactions`: which transactions there are, what holds a partition's readers back, and how to end it.
enum TransactionsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "transactions", kafkaName: "kafka-transactions",
        purpose: "List and describe transactions and their producers, find hanging transactions and abort them.",
        dialect: .argparse,
        options: [
            Option(
                "bootstrap-server", value: .required("host:port,..."), help: "Brokers to ask first; the others are learned from them", required: true),
            .commandConfig,
            Option("version", "v", help: "Show the version"),
        ],
        subcommands: [list, describe, describeProducers, abort, findHanging, forceTerminate],
        notes: [
            "--bootstrap-server and --command-config stand before the command, the command's own options behind it.",
            "A transaction hangs when a partition has it open and its coordinator does not know of it (any more), so that nobody will ever end it: readers "
                + "with isolation level read_committed then wait at its first record for ever. find-hanging searches for those whose producer has written nothing "
                + "for longer than any transaction may last, and abort ends one of them in one partition.",
            "abort writes a marker into the partition, whatever the coordinator knows. It is meant for hanging transactions only: "
                + "forceTerminateTransaction ends others at their coordinator.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 list",
            "--bootstrap-server localhost:9092 describe --transactional-id billing-1",
            "--bootstrap-server localhost:9092 describe-producers --topic orders --partition 0",
            "--bootstrap-server localhost:9092 find-hanging --broker-id 1",
            "--bootstrap-server localhost:9092 abort --topic orders --partition 0 --start-offset 4711",
        ])

    // MARK: Commands

    private static let topic = Option("topic", value: .required("name"), help: "The topic", required: true, completion: .topic)
    private static let partition = Option("partition", value: .required("id"), help: "The partition", required: true)

    private static let list = Command(
        name: "list", purpose: "List transactional ids with coordinator, producer id and state.", dialect: .argparse,
        options: [
            Option("duration-filter", value: .required("ms"), help: "Only transactions that run for longer than this; a negative number for all"),
            Option("transactional-id-pattern", value: .required("regex"), help: "Only transactional ids that match a regular expression as a whole"),
        ], sections: [ListTransactions.transactions.section])

    private static let describe = Command(
        name: "describe", purpose: "Describe a transactional id: its producer, the state of its transaction and the partitions in it.", dialect: .argparse,
        options: [
            Option("transactional-id", value: .required("id"), help: "The transactional id", required: true, completion: .transactionalId)
        ], sections: [DescribeTransaction.descriptions.section])

    private static let describeProducers = Command(
        name: "describe-producers", purpose: "Describe the producers that wrote to a partition, and where their open transactions begin.", dialect: .argparse,
        options: [
            topic, partition,
            Option("broker-id", value: .required("id"), help: "Ask this replica instead of the leader", completion: .broker),
        ], sections: [DescribeProducers.producers.section])

    private static let abort = Command(
        name: "abort", purpose: "Abort a hanging transaction in one partition.", dialect: .argparse,
        options: [
            topic, partition,
            Option("start-offset", value: .required("offset"), help: "Where the transaction begins (brokers of Kafka 3.0 and later)"),
            Option("producer-id", value: .required("id"), help: "For older brokers, instead of --start-offset: the producer's id"),
            Option("producer-epoch", value: .required("epoch"), help: "For older brokers: the producer's epoch"),
            Option("coordinator-epoch", value: .required("epoch"), help: "For older brokers: the epoch of the transaction's coordinator"),
        ])

    private static let findHanging = Command(
        name: "find-hanging", purpose: "Find hanging transactions in a topic or on a broker.", dialect: .argparse,
        options: [
            Option("broker-id", value: .required("id"), help: "Search the partitions of this broker, and ask it", completion: .broker),
            Option(
                "max-transaction-timeout", value: .required("minutes"), help: "Only transactions whose producer has written nothing for longer than this",
                default: "15"),
            Option("topic", value: .required("name"), help: "Search this topic", completion: .topic),
            Option("partition", value: .required("id"), help: "Search this partition of --topic only"),
        ], sections: [FindHangingTransactions.hanging.section])

    private static let forceTerminate = Command(
        name: "forceTerminateTransaction", purpose: "Abort the open transaction of a transactional id and shut out its producer.", dialect: .argparse,
        options: [
            Option("transactionalId", value: .required("id"), help: "The transactional id", required: true, completion: .transactionalId)
        ])

    /// What is asked for, with its options read: whoever typed a wrong number hears it before anything is asked of the cluster.
    private enum Action {
        case list(TransactionFilter)
        case describe(id: String)
        case describeProducers(TopicPartition, broker: Int32?)
        case abort(AbortTransaction.Subject)
        case findHanging(FindHangingTransactions.Scope)
        case forceTerminate(id: String)

        init(_ options: ParsedOptions) throws(ToolError) {
            switch options.subcommand {
            case TransactionsTool.list.name: self = .list(try ListTransactions.filter(options))
            case TransactionsTool.describe.name: self = .describe(id: try options.requiredString("transactional-id"))
            case TransactionsTool.describeProducers.name:
                self = .describeProducers(try options.topicPartition(), broker: try options.int("broker-id"))
            case TransactionsTool.abort.name: self = .abort(try AbortTransaction.Subject(options))
            case TransactionsTool.findHanging.name: self = .findHanging(try FindHangingTransactions.Scope(options))
            default: self = .forceTerminate(id: try options.requiredString("transactionalId"))
            }
        }
    }

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let action = try Action(context.options)
        let session = try context.openSession(clientConfig(context))
        defer { session.close() }
        let run = Transactions(context: context, admin: session.admin)
        switch action {
        case .list(let filter): try ListTransactions(run: run).perform(filter)
        case .describe(let id): try DescribeTransaction(run: run).perform(id)
        case .describeProducers(let partition, let broker): try DescribeProducers(run: run).perform(partition, broker: broker)
        case .abort(let subject): try AbortTransaction(run: run).perform(subject)
        case .findHanging(let scope): try FindHangingTransactions(run: run).perform(scope)
        case .forceTerminate(let id): try ForceTerminateTransaction(run: run).perform(id)
        }
        return .done
    }

    private static func clientConfig(_ context: ToolContext) throws -> ClientConfig {
        do {
            return try context.clientConfig(clientId: "adminclient-1")
        } catch let failure as ToolError {
            throw failure.prefixed("Failed to load admin client properties: ")
        }
    }
}

/// One call of the tool: where its actions (a file each) find the options, the cluster and the output.
struct Transactions {
    let context: ToolContext
    let admin: Admin

    /// Does a part of the work; what fails in it is told with the words before it.
    func attempt<R>(_ failing: String, _ work: () throws(ClientError) -> R) throws -> R {
        do throws(ClientError) {
            return try work()
        } catch {
            // An interrupted wait needs no words.
            if error.kind == .interrupted { throw error }
            let reason = error.description
            throw ToolError(error, message: "\(failing): \(reason)\(reason.hasSuffix(".") ? "" : ".")")
        }
    }

}

extension ParsedOptions {
    /// `--topic` and `--partition`, where the parser insists on both.
    func topicPartition() throws(ToolError) -> TopicPartition {
        TopicPartition(try requiredString("topic"), try int("partition") ?? 0)
    }
}
