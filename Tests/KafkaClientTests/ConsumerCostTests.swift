import KafkaProtocol
import Measuring
import Testing
import Vocabulary

@testable import KafkaClient

/// What a consumer does for one partition must not cost more because it reads many others.
@Suite(.serialized) struct ConsumerCostTests {
    /// A consumer that fetches this many partitions, all at offset 0.
    private func scene(_ partitions: Int) -> ConsumerScene {
        let scene = ConsumerScene(["t": Int32(partitions)])
        scene.consumer.subscribe(topics: ["t"])
        scene.join(committed: Dictionary(uniqueKeysWithValues: (0..<partitions).map { (TopicPartition("t", Int32($0)), 0) }))
        #expect(scene.cluster.next(FetchRequest.self)?.topics.first?.partitions.count == partitions)
        return scene
    }

    /// One fetch that brings a record of one partition, which is handed out.
    private func round(_ scene: ConsumerScene, _ partition: Int32, _ offset: Int64, _ batch: Bytes) {
        scene.answerFetch(TopicPartition("t", partition), batch)
        #expect((try? scene.consumer.poll())??.nextOffset == offset + 1)
        scene.advance()
        _ = scene.consumer.nextDeadline
    }

    @Test func aRoundCostsTheSameHoweverManyOtherPartitionsAreRead() {
        let batches = (0..<100).map { ConsumerTests.batch($0, ["a"]) }
        let ratio = costRatio(1_000, prepare: scene) { (scene: inout ConsumerScene, _: Int) in
            for (offset, batch) in batches.enumerated() { round(scene, 0, Int64(offset), batch) }
        }
        #expect(ratio < 2, "a scan of all partitions makes it 4")
    }

    @Test func aRecordOfEveryPartitionIsReadInLinearTime() {
        let batch = ConsumerTests.batch(0, ["a"])
        let ratio = costRatio(200, prepare: scene) { (scene: inout ConsumerScene, partitions: Int) in
            for partition in 0..<partitions { round(scene, Int32(partition), 0, batch) }
        }
        #expect(ratio < 8, "4 is linear, 16 quadratic")
    }

    @Test func recordsOfPausedPartitionsAreNotLookedAtAgainAndAgain() {
        let batch = ConsumerTests.batch(0, ["a"])
        let ratio = costRatio(
            200,
            prepare: { (partitions: Int) in
                let scene = scene(partitions)
                for partition in 1..<partitions {
                    scene.answerFetch(TopicPartition("t", Int32(partition)), batch)
                    scene.advance()
                }
                for partition in 1..<partitions { scene.consumer.pause(TopicPartition("t", Int32(partition))) }
                scene.advance()
                return scene
            }
        ) { (scene: inout ConsumerScene, partitions: Int) in
            for offset in 0..<partitions { round(scene, 0, Int64(offset), ConsumerTests.batch(Int64(offset), ["a"])) }
        }
        #expect(ratio < 8, "4 is linear, 16 quadratic")
    }
}
