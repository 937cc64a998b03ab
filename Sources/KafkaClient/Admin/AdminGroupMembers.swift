import KafkaProtocol

extension Admin {
    /// Makes members of a classic group leave it (KIP-345, KIP-571); needs a broker of Kafka 2.4 or later.
    /// - Parameter reason: told to the coordinator, which logs it.
    /// - Returns: the failures by member id.
    public func removeMembers(
        _ members: [GroupDescription.Member], from group: String, reason: String
    ) throws(ClientError) -> [String: ClientError] {
        var options = options("removeMembersFromConsumerGroup")
        options.versions = 3...LeaveGroupRequest.versions.upperBound
        let response = try sender.send(to: .groupCoordinator(group), options: options) { version in
            var request = LeaveGroupRequest()
            request.groupId = group
            request.members = members.map { member in
                var identity = LeaveGroupRequest.MemberIdentity()
                // A static member is known by its instance alone.
                identity.memberId = member.instanceId == nil ? member.memberId : ""
                identity.groupInstanceId = member.instanceId
                if version >= 5 { identity.reason = reason }
                return identity
            }
            return request
        }
        if let failure = response.errorCode.failure() { throw failure }
        var failures: [String: ClientError] = [:]
        for (member, answer) in zip(members, response.members) { failures[member.memberId] = answer.errorCode.failure() }
        return failures
    }
}
