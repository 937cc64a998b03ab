import Security
import Testing

@Suite struct AccessControlTests {
    @Test func bindingsReadAsKafkasToolsPrintThem() {
        let binding = AclBinding(ResourcePattern(.transactionalId, "tx", .prefixed), AccessControlEntry("User:a", host: "*", .twoPhaseCommit, .allow))
        #expect(
            "\(binding)" == "(pattern=ResourcePattern(resourceType=TRANSACTIONAL_ID, name=tx, patternType=PREFIXED), "
                + "entry=(principal=User:a, host=*, operation=TWO_PHASE_COMMIT, permissionType=ALLOW))")
        #expect("\(AccessControlEntry.any)" == "(principal=<any>, host=<any>, operation=ANY, permissionType=ANY)")
        #expect("\(ResourcePattern.any)" == "ResourcePattern(resourceType=ANY, name=<any>, patternType=ANY)")
    }

    @Test func operationsHaveTheNumbersOfThoseThatAreAuthorized() {
        for operation in Operation.allCases { #expect(AclOperation(rawValue: operation.rawValue) != nil) }
        #expect(AclResourceType.transactionalId.operations == [.write, .describe, .twoPhaseCommit])
        #expect(AclResourceType.any.operations.isEmpty && AclResourceType.cluster.operations.count == 7)
    }
}
