import KafkaClient
import KafkaProtocol

/// How a command ended, as `ottla help exit-codes` explains it. Called by Kafka's names every failure is 1.
public enum ExitCode: Int32, CaseIterable, Sendable {
    case done = 0
    /// For a reason that has no code of its own.
    case failed = 1
    /// The command line is wrong.
    case usage = 2
    /// A topic, partition, group or other thing that was named is not there.
    case notFound = 3
    /// Not authenticated, or not authorised.
    case unauthorized = 4
    /// Nobody answered, or not in time.
    case unreachable = 5
    /// Some of what was asked for was done, some failed.
    case partlyFailed = 6

    /// What it means, as a phrase.
    var meaning: String {
        switch self {
        case .done: "everything that was asked for was done"
        case .failed: "it failed, for a reason that has no code of its own"
        case .usage: "the command line is wrong, or a file that it names"
        case .notFound: "a topic, partition, group or other thing that was named is not there"
        case .unauthorized: "not authenticated, or not authorised"
        case .unreachable: "no broker could be reached, or none answered in time"
        case .partlyFailed: "some of what was asked for was done, some failed"
        }
    }

    /// The verdict over several things that were asked for at once: partly failed when some were done, otherwise what all failures have in common.
    static func of(_ failures: [ExitCode], among count: Int) -> ExitCode {
        guard let first = failures.first else { return .done }
        if failures.count < count { return .partlyFailed }
        return failures.allSatisfy { $0 == first } ? first : .failed
    }
}

extension ClientError {
    /// The exit code that stands for the failure.
    var exit: ExitCode {
        switch kind {
        case .configuration: .usage
        case .unreachable, .timeout, .disconnected: .unreachable
        case .authentication: .unauthorized
        default: code?.exit ?? .failed
        }
    }
}

extension ErrorCode {
    /// The exit code that stands for the error.
    var exit: ExitCode {
        switch self {
        case .unknownTopicOrPartition, .unknownTopicId, .groupIdNotFound, .resourceNotFound, .transactionalIdNotFound, .brokerIdNotRegistered,
            .delegationTokenNotFound, .logDirNotFound, .unknownMemberId:
            .notFound
        case .topicAuthorizationFailed, .groupAuthorizationFailed, .clusterAuthorizationFailed, .transactionalIdAuthorizationFailed,
            .delegationTokenAuthorizationFailed, .saslAuthenticationFailed, .unsupportedSaslMechanism, .illegalSaslState:
            .unauthorized
        case .requestTimedOut: .unreachable
        default: .failed
        }
    }
}

extension Obstacle {
    /// The exit code of a run that ends with it.
    var exit: ExitCode {
        switch self {
        case .noBroker, .unreachable, .silent: .unreachable
        case .refused(_, let code), .partitions(_, _, let code), .group(_, let code), .transaction(_, let code), .topic(_, let code): code.exit
        case .noSuchPartitions, .noMatchingTopic: .notFound
        case .rebalance, .noAssignment, .openTransaction: .failed
        }
    }
}
