import KafkaProtocol

/// What a quota is for: users, clients or addresses, or a user's clients (KIP-546).
public struct QuotaEntity: Sendable, Hashable {
    /// A part of an entity. The raw values are those of the protocol.
    public enum Part: String, Sendable, CaseIterable {
        case user
        case clientId = "client-id"
        case ip
    }

    /// The name of each part; nil for the default of all that have no quota of their own.
    public var names: [Part: String?]

    public init(_ names: [Part: String?]) { self.names = names }
}

/// The quotas of an entity.
public struct ClientQuota: Sendable, Hashable {
    public let entity: QuotaEntity
    /// Bytes or changes a second, connections a second, or percent, by the quota's name.
    public let values: [String: Double]
}

/// Which names of a part of entities are asked about. Without any, all.
public enum QuotaMatch: Sendable, Hashable {
    case name(String)
    case defaults
    case any
}

// Quotas of users, clients and addresses (KIP-546).
extension Admin {
    /// The quotas of entities that have exactly these parts.
    public func describeClientQuotas(_ parts: [(part: QuotaEntity.Part, match: QuotaMatch)]) throws(ClientError) -> [ClientQuota] {
        var request = DescribeClientQuotasRequest()
        request.strict = true
        request.components = parts.map { part, match in
            var component = DescribeClientQuotasRequest.ComponentData()
            component.entityType = part.rawValue
            switch match {
            case .name(let name): (component.matchType, component.match) = (0, name)
            case .defaults: (component.matchType, component.match) = (1, nil)
            case .any: (component.matchType, component.match) = (2, nil)
            }
            return component
        }
        let response = try sender.send(request, to: .any, options: options("describeClientQuotas"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
        return (response.entries ?? []).map { entry in
            var names: [QuotaEntity.Part: String?] = [:]
            for part in entry.entity { if let known = QuotaEntity.Part(rawValue: part.entityType) { names.updateValue(part.entityName, forKey: known) } }
            return ClientQuota(entity: QuotaEntity(names), values: Dictionary(entry.values.map { ($0.key, $0.value) }) { _, last in last })
        }
    }

    /// Sets (or, where the value is nil, removes) quotas of an entity.
    public func alterClientQuotas(of entity: QuotaEntity, _ changes: [String: Double?]) throws(ClientError) {
        var entry = AlterClientQuotasRequest.EntryData()
        entry.entity = QuotaEntity.Part.allCases.compactMap { part in
            guard let name = entity.names[part] else { return nil }
            var data = AlterClientQuotasRequest.EntryData.EntityData()
            data.entityType = part.rawValue
            data.entityName = name
            return data
        }
        entry.ops = changes.sorted { $0.key < $1.key }.map { name, value in
            var change = AlterClientQuotasRequest.EntryData.OpData()
            change.key = name
            change.value = value ?? 0
            change.remove = value == nil
            return change
        }
        var request = AlterClientQuotasRequest()
        request.entries = [entry]
        let response = try sender.send(request, to: .any, options: options("alterClientQuotas"))
        for result in response.entries { if let failure = result.errorCode.failure(result.errorMessage) { throw failure } }
    }
}
