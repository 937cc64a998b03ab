import Testing
import Vocabulary

@Suite struct OffsetTests {
    @Test func countsMoveAnOffsetAndOffsetsLieAtADistance() {
        var offset = Offset(40)
        offset += 2
        #expect(offset == Offset(42))
        #expect(offset + 1 == Offset(43))
        let before: Offset = offset - 2
        #expect(before == Offset(40))
        let distance: Int64 = Offset(10) - offset
        #expect(distance == -32)
        #expect(type(of: offset - 1) == Offset.self)
        #expect(type(of: offset - before) == Int64.self)
    }

    @Test func theUndefinedComesBeforeTheFirst() {
        #expect([Offset.max, .zero, .undefined, Offset(7)].sorted() == [.undefined, .zero, Offset(7), .max])
        #expect(Offset.undefined.value == -1 && Offset.zero.value == 0 && Offset.max.value == .max)
        #expect([LeaderEpoch(3), .undefined, .zero].sorted() == [.undefined, .zero, LeaderEpoch(3)])
        #expect(LeaderEpoch.undefined.value == -1 && LeaderEpoch.zero.value == 0)
    }

    @Test func equalNumbersAreOneKey() {
        #expect(Set([Offset(1), Offset(1), Offset(2)]).count == 2)
        #expect(Set([LeaderEpoch(1), LeaderEpoch(1), LeaderEpoch(2)]).count == 2)
        #expect([Offset(5): "five"][Offset(5)] == "five")
    }

    /// What the operator and clients read.
    @Test func textsShowTheBareNumber() {
        #expect("\(Offset(12)) in \(LeaderEpoch(3))" == "12 in 3")
        #expect(String(describing: Offset.undefined) == "-1")
    }

    /// Batches and indexes hold as many as there are in the numbers that they wrap.
    @Test func aWrapperTakesNoMoreThanItsNumber() {
        #expect(MemoryLayout<Offset>.stride == MemoryLayout<Int64>.stride)
        #expect(MemoryLayout<LeaderEpoch>.stride == MemoryLayout<Int32>.stride)
    }
}
