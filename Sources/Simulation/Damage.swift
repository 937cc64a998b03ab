import Broker
import KafkaProtocol
import LogStorage
import Vocabulary

/// Damages a data directory as disks, people and tools do: flipped bytes, cut, grown, zeroed, missing, renamed and foreign files and directories.
public struct Damage {
    private var random: SeededGenerator
    private let root: String
    /// What was done, for a failing test to say.
    public private(set) var deeds: [String] = []

    public init(seed: UInt64, root: String) {
        random = SeededGenerator(seed: seed)
        self.root = root
    }

    private mutating func below(_ count: Int) -> Int { count <= 0 ? 0 : Int(random.next() % UInt64(count)) }

    /// Does one to three things to the directory.
    public mutating func inflict(on disk: SimulatedDisk) throws {
        for _ in 0...below(3) { try inflictOne(on: disk) }
    }

    private mutating func inflictOne(on disk: SimulatedDisk) throws {
        let paths = disk.snapshot.keys.filter { $0.hasPrefix(root + "/") && !$0.hasSuffix("/") }.sorted()
        let directories = try disk.names(in: root).filter { try disk.kind(of: "\(root)/\($0)") == .directory }
        guard !paths.isEmpty, !directories.isEmpty else { return }
        let path = paths[below(paths.count)], directory = root + "/" + directories[below(directories.count)]
        switch below(14) {
        case 0, 1, 2, 3: try change(path, on: disk)
        case 4, 5: try cut(path, on: disk)
        case 6: try grow(path, on: disk)
        case 7: try clear(path, on: disk)
        case 8:
            note("removed \(path)")
            try disk.removeFile(path)
        case 9:
            let name = [".bak", ".swap", "~", ".tmp"][below(4)]
            note("renamed \(path) to \(name)")
            if !disk.exists(path + name) {
                try disk.rename(path, to: path + name)
                // As a crash in a compaction leaves it, and a flipped bit on top.
                if name == ".swap", below(2) == 0 { try change(path + name, on: disk) }
            }
        case 10:
            note("removed \(directory)")
            try disk.removeTree(directory)
        case 11:
            let target = root + "/" + ["plain-7", "foreign", "photos-2023", "photos-2023-01", "a-00", "x-0.0123-delete", "a.b-stray"][below(7)]
            note("renamed \(directory) to \(target)")
            if !disk.exists(target) { try disk.rename(directory, to: target) }
        case 12: try plant(in: directory, on: disk)
        default: try plant(in: root, on: disk)
        }
    }

    private mutating func note(_ deed: String) { deeds.append(deed) }

    private mutating func change(_ path: String, on disk: SimulatedDisk) throws {
        let file = try disk.openFile(path, create: false)
        guard file.size > 0 else { return }
        let position = below(file.size), bits = UInt8(1 + below(255))
        note("changed byte \(position) of \(path)")
        try file.write([[try file.read(at: position, count: 1)[0] ^ bits]], at: position)
        try file.sync()
    }

    private mutating func cut(_ path: String, on disk: SimulatedDisk) throws {
        let file = try disk.openFile(path, create: false)
        let size = below(file.size + 1)
        note("cut \(path) to \(size) of \(file.size) bytes")
        try file.truncate(to: size)
        try file.sync()
    }

    private mutating func grow(_ path: String, on disk: SimulatedDisk) throws {
        let file = try disk.openFile(path, create: false)
        let count = 1 + below(300), isZero = below(2) == 0
        note("added \(count) \(isZero ? "zeros" : "bytes") to \(path)")
        try file.write([Bytes((0..<count).map { _ in isZero ? 0 : UInt8(below(256)) })], at: file.size)
        try file.sync()
    }

    private mutating func clear(_ path: String, on disk: SimulatedDisk) throws {
        let file = try disk.openFile(path, create: false)
        guard file.size > 0 else { return }
        let start = below(file.size), count = 1 + below(min(4096, file.size - start))
        note("zeroed \(count) bytes of \(path) from \(start) on")
        try file.write([Bytes([UInt8](repeating: 0, count: count))], at: start)
        try file.sync()
    }

    private mutating func plant(in directory: String, on disk: SimulatedDisk) throws {
        let name = ["notes.txt", "00000000000000000007.log", "photos", "my-app-1", "a-00", "soft-delete", "lost+found", ".hidden", "12.log"][below(9)]
        let path = directory + "/" + name
        guard !disk.exists(path) else { return }
        note("planted \(path)")
        if name.hasSuffix(".txt") || name.hasSuffix(".log") {
            try disk.writeFile(path, Bytes("somebody's words"))
        } else {
            try disk.createDirectory(path)
            if below(2) == 0 { try disk.writeFile(path + "/letter", Bytes("somebody's letter")) }
        }
    }
}
