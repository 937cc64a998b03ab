import Coordination
import KafkaProtocol
import Security
import Vocabulary

/// What stands at the leaves of the metadata tree: the texts that Kafka's classes give of themselves.
enum MetadataTexts {
    static func text(_ partition: PartitionImage) -> String {
        func list<Element>(_ elements: [Element]) -> String { "[" + elements.map { "\($0)" }.joined(separator: ", ") + "]" }
        // Where directories are not assigned, Kafka shows the id that is reserved for one that was not looked up yet.
        let directories = partition.directories.isEmpty ? partition.replicas.map { _ in Uuid.zero } : partition.directories
        return "PartitionRegistration(replicas=\(list(partition.replicas)), directories=\(list(directories)), isr=\(list(partition.isr)), "
            + "removingReplicas=\(list(partition.removingReplicas)), addingReplicas=\(list(partition.addingReplicas)), "
            + "elr=\(list(partition.eligibleLeaderReplicas)), lastKnownElr=\(list(partition.lastKnownElr)), leader=\(partition.leader), "
            + "leaderRecoveryState=\(partition.leaderRecoveryState == 0 ? "RECOVERED" : "RECOVERING"), leaderEpoch=\(partition.leaderEpoch), "
            + "partitionEpoch=\(partition.partitionEpoch))"
    }

    static func text(_ broker: BrokerImage) -> String {
        "BrokerRegistration(id=\(broker.id), epoch=\(broker.epoch), incarnationId=\(broker.incarnationId), listeners=[\(listeners(broker.endpoints))], "
            + "supportedFeatures={\(features(broker.features))}, rack=\(optional(broker.rack)), fenced=\(broker.isFenced), "
            + "inControlledShutdown=\(broker.isInControlledShutdown), isMigratingZkBroker=false, directories=\(list(broker.logDirs)), "
            + "cordonedDirectories=\(list(broker.cordonedLogDirs)))"
    }

    static func text(_ controller: RegisterControllerRecord) -> String {
        let endpoints = controller.endPoints.map { Endpoint(listener: $0.name, host: $0.host, port: $0.port, securityProtocol: $0.securityProtocol) }
        let levels = Dictionary(
            controller.features.map { ($0.name, $0.minSupportedVersion...max($0.minSupportedVersion, $0.maxSupportedVersion)) },
            uniquingKeysWith: { first, _ in first })
        return "ControllerRegistration(id=\(controller.controllerId), incarnationId=\(controller.incarnationId), "
            + "zkMigrationReady=\(controller.zkMigrationReady), listeners=[\(listeners(endpoints))], supportedFeatures={\(features(levels))})"
    }

    static func text(_ entry: AccessControlEntryRecord) -> String {
        "StandardAcl[resourceType=\((AclResourceType(rawValue: entry.resourceType) ?? .unknown).name), resourceName=\(entry.resourceName), "
            + "patternType=\((AclPatternType(rawValue: entry.patternType) ?? .unknown).name), principal=\(entry.principal), host=\(entry.host), "
            + "operation=\((AclOperation(rawValue: entry.operation) ?? .unknown).name), "
            + "permissionType=\((AclPermission(rawValue: entry.permissionType) ?? .unknown).name)]"
    }

    static func text(_ credential: UserScramCredentialRecord) -> String {
        "ScramCredentialData(salt=\(hex(credential.salt)), storedKey=\(hex(credential.storedKey)), serverKey=\(hex(credential.serverKey)), "
            + "iterations=\(credential.iterations))"
    }

    /// Kafka's brackets do not close either.
    static func text(_ token: DelegationTokenRecord) -> String {
        "DelegationTokenDatatokenId=\(token.tokenId)(owner=\(token.owner)(tokenRequester=\(token.requester)(renewers=\(token.renewers.joined(separator: " ")), "
            + "issueTimestamp=\(token.issueTimestamp), maxTimestamp=\(token.maxTimestamp)), expiryTimestamp=\(token.expirationTimestamp)"
    }

    // MARK: Names

    static func name(of resource: ConfigResource) -> String {
        let kind =
            switch resource.kind {
            case .topic: "TOPIC"
            case .broker: "BROKER"
            case .brokerLogger: "BROKER_LOGGER"
            case .clientMetrics: "CLIENT_METRICS"
            case .group: "GROUP"
            }
        return resource.name.isEmpty ? kind : "\(kind):\(resource.name)"
    }

    /// As in Kafka, but that a default is named too: Kafka leaves it out, and several of them could not be told apart.
    static func name(of entity: QuotaEntity) -> String {
        func escaped(_ text: String) -> String {
            text.reduce(into: "") { result, character in
                if "\\()".contains(character) { result.append("\\") }
                result.append(character)
            }
        }
        let parts = [("client-id", "clientId"), ("ip", "ip"), ("user", "user")].compactMap { type, label in
            entity.names[type].map { name in "\(label)(\(name.map(escaped) ?? "<default>"))" }
        }
        return parts.joined(separator: "_")
    }

    // MARK: Pieces

    private static func listeners(_ endpoints: [Endpoint]) -> String {
        endpoints.sorted { $0.listener.utf16.lexicographicallyPrecedes($1.listener.utf16) }.map { endpoint in
            let names = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
            let spoken = names.indices.contains(Int(endpoint.securityProtocol)) ? names[Int(endpoint.securityProtocol)] : "null"
            return "Endpoint(listenerName='\(endpoint.listener)', securityProtocol=\(spoken), host='\(endpoint.host)', port=\(endpoint.port))"
        }.joined(separator: ", ")
    }

    private static func features(_ features: [String: ClosedRange<Int16>]) -> String {
        features.sorted { $0.key < $1.key }.map { name, levels in
            let (least, most) = (levels.lowerBound, levels.upperBound)
            return "\(name): " + (least == most ? "\(least)" : most == .max ? "\(least)+" : "\(least)-\(most)")
        }.joined(separator: ", ")
    }

    private static func list(_ ids: [Uuid]) -> String { "[" + ids.map(\.description).joined(separator: ", ") + "]" }
    private static func optional(_ text: String?) -> String { text.map { "Optional[\($0)]" } ?? "Optional.empty" }

    private static func hex(_ bytes: Bytes) -> String {
        bytes.array.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// A moment as `2026-11-21T04:12:48.272Z[UTC]`; the fraction is as long as it must be.
    static func zonedTime(_ milliseconds: Int64) -> String {
        func digits(_ number: Int64, _ width: Int) -> String { String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)" }
        let (seconds, fraction) = (milliseconds.floored(by: 1000), milliseconds - milliseconds.floored(by: 1000) * 1000)
        let day = seconds.floored(by: 86400), second = seconds - day * 86400
        // Days since 0000-03-01, in eras of 400 years: the calendar repeats itself, and leap days are last.
        let shifted = day + 719_468, era = shifted.floored(by: 146_097), dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100), shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        var text = "\(digits(year, 4))-\(digits(month, 2))-\(digits(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2))"
        text += "T\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
        if fraction > 0 {
            var shown = digits(fraction, 3)
            while shown.hasSuffix("0") { shown.removeLast() }
            text += ".\(shown)"
        }
        return text + "Z[UTC]"
    }
}

extension Int64 {
    /// The quotient, rounded down.
    fileprivate func floored(by divisor: Int64) -> Int64 { self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor) }
}
