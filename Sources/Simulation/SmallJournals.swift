import LogStorage
import Vocabulary

extension JournalLimits {
    /// A journal whose files are full after a few writes.
    init(seed: UInt64) {
        self.init()
        var random = SeededGenerator(seed: seed ^ 0x6a6f_7572_6e61_6c73)
        fileBytes = 500 + Int(random.next() % 6000)
        stepBytes = Int(random.next() % 1000)
        tailBytes = 300 + Int(random.next() % 4000)
        blockBytes = tailBytes + Int(random.next() % 4000)
        totalBytes = 3 * fileBytes + Int(random.next() % 20_000)
    }
}
