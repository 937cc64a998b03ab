import KafkaProtocol

// CreateAcls, versions 1 to 3 (2: flexible, 3: resources of type user). Answered as a broker without an authorizer does.

func handleCreateAcls(_ broker: Broker, _ request: CreateAclsRequest, _ context: RequestContext) {
    for acl in request.creations where namesUnknownKind([acl.resourceType, acl.resourcePatternType, acl.operation, acl.permissionType]) {
        return context.close("CreateAcls with a kind that stands for an unknown one")
    }
    context.refuse(request, .securityDisabled, message: "No Authorizer is configured.")
}
