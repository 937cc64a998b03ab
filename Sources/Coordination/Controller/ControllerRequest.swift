import KafkaProtocol
import Vocabulary

/// A request that changes the cluster's metadata, and that the active controller alone decides about. Where that is this node, it is decided here; where it
/// is another, the same request is what is forwarded.
public protocol ControllerRequest: Request {
    /// What the request leads to on the newest image. Decides only: nothing has changed until the records are in the log.
    func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<Response>
}

/// What a decision rests on.
public struct DecisionState: Sendable {
    public let image: MetadataImage
    /// The version in which the request came, which decides about a few error codes.
    public let version: Int16
    /// For topic ids and the places of replicas.
    public var random: SeededGenerator

    public init(image: MetadataImage, version: Int16, random: SeededGenerator) {
        self.image = image
        self.version = version
        self.random = random
    }
}

extension CreateTopicsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<CreateTopicsResponse> {
        controller.createTopics(self, image: state.image, random: &state.random)
    }
}

extension DeleteTopicsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<DeleteTopicsResponse> {
        controller.deleteTopics(self, version: state.version, image: state.image)
    }
}

extension CreatePartitionsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<CreatePartitionsResponse> {
        controller.createPartitions(self, image: state.image, random: &state.random)
    }
}

extension AlterConfigsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<AlterConfigsResponse> {
        controller.alterConfigs(self, image: state.image)
    }
}

extension IncrementalAlterConfigsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<IncrementalAlterConfigsResponse> {
        controller.incrementalAlterConfigs(self, image: state.image)
    }
}

extension AllocateProducerIdsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<AllocateProducerIdsResponse> {
        controller.allocateProducerIds(self, image: state.image)
    }
}

extension ElectLeadersRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<ElectLeadersResponse> {
        controller.electLeaders(self, version: state.version, image: state.image)
    }
}

extension AlterPartitionReassignmentsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<AlterPartitionReassignmentsResponse> {
        controller.alterPartitionReassignments(self, image: state.image)
    }
}

extension ListPartitionReassignmentsRequest: ControllerRequest {
    public func decide(_ controller: Controller, on state: inout DecisionState) -> Controller.Decision<ListPartitionReassignmentsResponse> {
        controller.listPartitionReassignments(self, image: state.image)
    }
}
