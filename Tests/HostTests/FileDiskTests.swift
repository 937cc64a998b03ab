import KafkaProtocol
import LogStorage
import Testing

@testable import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory of its own for a test, removed at the end.
final class Scratch {
    let path: String
    let disk = FileDisk()

    init() throws {
        path = "/tmp/ottla-host-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try disk.createDirectory(path)
    }

    deinit { try? disk.removeTree(path) }

    subscript(_ name: String) -> String { path + "/" + name }
}

@Suite struct FileDiskTests {
    let scratch: Scratch
    var disk: FileDisk { scratch.disk }

    init() throws { scratch = try Scratch() }

    @Test func whatIsGatheredIsReadBack() throws {
        let file = try disk.openFile(scratch["a"], create: true)
        let pieces = (0..<300).map { Bytes(Array(repeating: UInt8(truncatingIfNeeded: $0), count: $0 % 7)) }
        try file.write(pieces, at: 10)
        let expected = pieces.flatMap(\.array)
        #expect(file.size == 10 + expected.count)
        #expect(try file.read(at: 10, count: 10_000).array == expected)
        #expect(try file.read(at: 12, count: 5).array == Array(expected[2..<7]))
        try file.truncate(to: 15)
        try file.sync()
        #expect(file.size == 15)
        #expect(try file.read(at: 0, count: 100).count == 15)
        #expect(try file.read(at: 99, count: 5).isEmpty)
        #expect(try disk.openFile(scratch["a"], create: false).size == 15)
    }

    @Test func whatIsOpenedForReadingIsNeitherMadeNorChanged() throws {
        try disk.openFile(scratch["a"], create: true).write([Bytes("abc")], at: 0)
        let reading = FileDisk(readsOnly: true)
        let file = try reading.openFile(scratch["a"], create: true)
        #expect(try file.read(at: 1, count: 10) == Bytes("bc"))
        #expect(throws: DiskError.self) { try file.write([Bytes("x")], at: 0) }
        #expect(throws: DiskError.self) { try reading.openFile(scratch["b"], create: true) }
        #expect(try disk.names(in: scratch.path) == ["a"])
    }

    @Test func aMissingFileIsNamedInTheError() {
        let error = #expect(throws: DiskError.self) { try disk.openFile(scratch["none"], create: false) }
        #expect(error?.description == "cannot open \(scratch["none"]): No such file or directory")
        #expect(error?.code == ENOENT)
    }

    @Test func directoriesAreMadeListedAndRemoved() throws {
        try disk.createDirectory(scratch["x/y/z"])
        try disk.createDirectory(scratch["x/y/z"])
        try disk.writeFile(scratch["x/y/b"], Bytes("b"))
        try disk.writeFile(scratch["x/y/a"], Bytes("a"))
        #expect(try disk.names(in: scratch["x/y"]) == ["a", "b", "z"])
        #expect(try disk.names(in: scratch["none"]) == [])
        symlink("/etc", scratch["x/link"])
        try disk.removeTree(scratch["x"])
        try disk.removeTree(scratch["x"])
        #expect(!disk.exists(scratch["x"]))
        #expect(disk.exists("/etc/passwd"))
    }

    @Test func aSmallFileIsReplacedWhole() throws {
        try disk.writeFile(scratch["f"], Bytes("a longer first content"))
        try disk.writeFile(scratch["f"], Bytes("second"))
        #expect(try disk.readFile(scratch["f"]).text == "second")
        #expect(try disk.names(in: scratch.path) == ["f"])
        try disk.rename(scratch["f"], to: scratch["g"])
        try disk.removeFile(scratch["f"])
        #expect(disk.exists(scratch["g"]))
    }

    @Test func filesWithoutASizeAreRead() throws {
        #expect(try disk.readFile("/proc/self/status").text.contains("Name:"))
    }

    @Test func anOpenFileOutlivesItsRemoval() throws {
        let file = try disk.openFile(scratch["a"], create: true)
        try file.write([Bytes("held")], at: 0)
        let piece = try file.piece(at: 0, count: 4)
        try disk.removeFile(scratch["a"])
        file.close()
        guard case .file(let range) = piece else { return #expect(Bool(false), "\(piece)") }
        #expect(try range.source.bytes(at: range.offset, count: range.count) == Bytes("held"))
        #expect(range.source.fileDescriptor != nil)
        // What is closed does not come back as another file of the same name.
        _ = try disk.openFile(scratch["a"], create: true)
        #expect(throws: DiskError.self) { try file.read(at: 0, count: 4) }
        try file.sync()
    }

    @Test func aThousandFilesLiveWithinABudgetOfTen() throws {
        let disk = FileDisk(budget: 10)
        let files = try (0..<1000).map { try disk.openFile(scratch["f\($0)"], create: true) }
        for round in 0..<3 {
            for (index, file) in files.enumerated() { try file.write([Bytes("\(index):\(round) ")], at: file.size) }
            #expect(disk.openFileCount <= 10)
        }
        for file in files { try file.sync() }
        #expect(try files[777].read(at: 0, count: 100).text == "777:0 777:1 777:2 ")
        // Replies in flight hold what they need, be it descriptors or bytes.
        let pieces = try files.prefix(30).map { try $0.piece(at: 0, count: 4) }
        #expect(pieces.contains { if case .bytes = $0 { true } else { false } } && disk.openFileCount <= 11)
        let texts = try pieces.map { piece in
            switch piece {
            case .bytes(let bytes): bytes.text
            case .file(let range): try range.source.bytes(at: range.offset, count: range.count).text
            }
        }
        #expect(texts[3] == "3:0 " && texts[29] == "29:0")
    }

    @Test func filesAtRestHoldNoDescriptor() throws {
        let disk = FileDisk(budget: 10)
        let files = try (0..<5).map { try disk.openFile(scratch["f\($0)"], create: true) }
        #expect(disk.openFileCount == 5)
        disk.releaseIdleFiles()
        _ = try files[0].write([Bytes("x")], at: 0)
        disk.releaseIdleFiles()
        #expect(disk.openFileCount == 1)
        disk.releaseIdleFiles()
        #expect(disk.openFileCount == 0)
        // One that is there is not opened before it is used.
        let again = try disk.openFile(scratch["f0"], create: false)
        #expect(disk.openFileCount == 0 && again.size == 1)
    }

    @Test func aSecondLockIsRefusedAndNamesTheHolder() throws {
        var lock: AnyObject? = try disk.lock(scratch[".lock"])
        let error = #expect(throws: DiskError.self) { try disk.lock(scratch[".lock"]) }
        #expect(error?.isLocked == true)
        #expect(error?.message == "process \(getpid()) holds it")
        #expect(lock != nil)
        lock = nil
        _ = try disk.lock(scratch[".lock"])
    }

    @Test func theParentOfAPath() {
        #expect(FileDisk.parent(of: "/a/b") == "/a")
        #expect(FileDisk.parent(of: "/a") == "/")
        #expect(FileDisk.parent(of: "a") == ".")
        #expect(FileDisk.parent(of: "a/b//") == "a")
    }

    @Test func theVolumeOfAPathIsMeasured() throws {
        let space = try #require(try scratch.disk.space(of: scratch.path))
        #expect(space.totalBytes > 0 && (0...space.totalBytes).contains(space.usableBytes))
        #expect(throws: DiskError.self) { try scratch.disk.space(of: scratch["missing"]) }
    }
}
