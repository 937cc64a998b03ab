import KafkaProtocol

// DescribeAcls, versions 1 to 3 (2: flexible, 3: resources of type user). Answered as a broker without an authorizer does.

func handleDescribeAcls(_ broker: Broker, _ request: DescribeAclsRequest, _ context: RequestContext) {
    let kinds = [request.resourceTypeFilter, request.patternTypeFilter, request.operation, request.permissionType]
    guard !namesUnknownKind(kinds) else { return context.close("DescribeAcls with a kind that stands for an unknown one") }
    context.refuse(request, .securityDisabled, message: "No Authorizer is configured on the broker")
}

/// Whether a resource type, pattern type, operation or permission is 0. That number says of an answer that it holds what an older client cannot know;
/// Kafka takes a request with it for malformed. Numbers without a meaning, which it may be sent, it only misses in what it looks up.
func namesUnknownKind(_ kinds: [Int8]) -> Bool { kinds.contains(0) }
