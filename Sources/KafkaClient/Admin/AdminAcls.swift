import KafkaProtocol
import Security

// Access control lists (KIP-133, KIP-140, KIP-290). Any broker takes the calls, and so do controllers.
extension Admin {
    /// The bindings that fit a filter, in the order of the answer.
    /// - Throws: SECURITY_DISABLED when the cluster has no authorizer.
    public func describeAcls(_ filter: AclBinding = .any) throws(ClientError) -> [AclBinding] {
        var request = DescribeAclsRequest()
        request.resourceTypeFilter = filter.pattern.type.rawValue
        request.resourceNameFilter = filter.pattern.name
        request.patternTypeFilter = filter.pattern.patternType.rawValue
        request.principalFilter = filter.entry.principal
        request.hostFilter = filter.entry.host
        request.operation = filter.entry.operation.rawValue
        request.permissionType = filter.entry.permission.rawValue
        let response = try sender.send(request, to: .any, options: options("describeAcls"))
        if let failure = response.errorCode.failure(response.errorMessage) { throw failure }
        return response.resources.flatMap { resource in
            let pattern = Self.pattern(resource.resourceType, resource.resourceName, resource.patternType)
            return resource.acls.map { AclBinding(pattern, Self.entry($0.principal, $0.host, $0.operation, $0.permissionType)) }
        }
    }

    /// Creates bindings; those that exist already stay.
    /// - Returns: the failure of each, nil for those that were created, in the order of `bindings`.
    public func createAcls(_ bindings: [AclBinding]) throws(ClientError) -> [ClientError?] {
        var request = CreateAclsRequest()
        request.creations = bindings.map { binding in
            var creation = CreateAclsRequest.AclCreation()
            creation.resourceType = binding.pattern.type.rawValue
            creation.resourceName = binding.pattern.name ?? ""
            creation.resourcePatternType = binding.pattern.patternType.rawValue
            creation.principal = binding.entry.principal ?? ""
            creation.host = binding.entry.host ?? ""
            creation.operation = binding.entry.operation.rawValue
            creation.permissionType = binding.entry.permission.rawValue
            return creation
        }
        let response = try sender.send(request, to: .any, options: options("createAcls"))
        return bindings.indices.map { index in
            guard index < response.results.count else {
                return ClientError(
                    code: .unknownServerError, message: "The broker reported no creation result for the given ACL: \(bindings[index])")
            }
            return response.results[index].errorCode.failure(response.results[index].errorMessage)
        }
    }

    /// Deletes all bindings that fit filters.
    /// - Returns: of each filter what became of every binding that fits it (nil: it is gone), or why the filter was refused.
    public func deleteAcls(_ filters: [AclBinding]) throws(ClientError) -> [Result<[(binding: AclBinding, failure: ClientError?)], ClientError>] {
        var request = DeleteAclsRequest()
        request.filters = filters.map { filter in
            var wire = DeleteAclsRequest.DeleteAclsFilter()
            wire.resourceTypeFilter = filter.pattern.type.rawValue
            wire.resourceNameFilter = filter.pattern.name
            wire.patternTypeFilter = filter.pattern.patternType.rawValue
            wire.principalFilter = filter.entry.principal
            wire.hostFilter = filter.entry.host
            wire.operation = filter.entry.operation.rawValue
            wire.permissionType = filter.entry.permission.rawValue
            return wire
        }
        let response = try sender.send(request, to: .any, options: options("deleteAcls"))
        return filters.indices.map { index in
            guard index < response.filterResults.count else {
                return .failure(ClientError(code: .unknownServerError, message: "The broker reported no deletion result for the given filter."))
            }
            let result = response.filterResults[index]
            if let failure = result.errorCode.failure(result.errorMessage) { return .failure(failure) }
            return .success(
                result.matchingAcls.map { acl in
                    let pattern = Self.pattern(acl.resourceType, acl.resourceName, acl.patternType)
                    let binding = AclBinding(pattern, Self.entry(acl.principal, acl.host, acl.operation, acl.permissionType))
                    return (binding, acl.errorCode.failure(acl.errorMessage))
                })
        }
    }

    private static func pattern(_ type: Int8, _ name: String, _ patternType: Int8) -> ResourcePattern {
        ResourcePattern(AclResourceType(rawValue: type) ?? .unknown, name, AclPatternType(rawValue: patternType) ?? .unknown)
    }

    private static func entry(_ principal: String, _ host: String, _ operation: Int8, _ permission: Int8) -> AccessControlEntry {
        AccessControlEntry(principal, host: host, AclOperation(rawValue: operation) ?? .unknown, AclPermission(rawValue: permission) ?? .unknown)
    }
}
