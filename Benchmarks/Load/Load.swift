// What benchmarks ask of a client that must cost less than the broker it measures. Commands are read from standard input; each is answered with the seconds that
// it took, on a line.
//
//     load transactions localhost:9092        COUNT RECORDS TOPIC PARTITIONS: that many transactions, one after the other, of so many records
//     load parked 9092 COUNT FETCH ANSWERED APPEND    open, wake, close: COUNT connections, each with a fetch that waits; frames are given in hexadecimal
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Plays the words of a command; false when it cannot be done.
protocol Player {
    func play(_ words: [String]) async -> Bool
}

@main struct Load {
    static func main() async {
        let words = CommandLine.arguments
        switch words.dropFirst().first {
        case "transactions" where words.count == 3:
            guard let load = await TransactionLoad(servers: words[2]) else { return fail("cannot begin at \(words[2])") }
            await answer(load)
        #if canImport(Glibc)
            case "parked" where words.count == 7:
                let frames = words.dropFirst(4).map(bytes)
                guard let port = UInt16(words[2]), let count = Int(words[3]) else { return fail("no port or count") }
                await answer(ParkedLoad(port: port, count: count, fetch: frames[0], answered: frames[1], append: frames[2]))
        #endif
        default: fail("see the head of Benchmarks/Load/Load.swift")
        }
    }

    /// Reads commands until the end of standard input. One that cannot be played ends the program.
    private static func answer(_ player: some Player) async {
        while let line = readLine() {
            let began = ContinuousClock.now
            guard await player.play(line.split(separator: " ").map(String.init)) else { return fail("cannot play '\(line)'") }
            let taken = (ContinuousClock.now - began).components
            print(Double(taken.seconds) + Double(taken.attoseconds) / 1e18)
            fflush(nil)
        }
    }

    private static func fail(_ reason: String) {
        print("load: \(reason)")
        exit(1)
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal.utf8).map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
