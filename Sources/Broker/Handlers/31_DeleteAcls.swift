import KafkaProtocol

// DeleteAcls, versions 1 to 3 (2: flexible, 3: resources of type user). Answered as a broker without an authorizer does.

func handleDeleteAcls(_ broker: Broker, _ request: DeleteAclsRequest, _ context: RequestContext) {
    for filter in request.filters
    where namesUnknownKind([filter.resourceTypeFilter, filter.patternTypeFilter, filter.operation, filter.permissionType]) {
        return context.close("DeleteAcls with a kind that stands for an unknown one")
    }
    context.refuse(request, .securityDisabled, message: "No Authorizer is configured.")
}
