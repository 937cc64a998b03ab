import Foundation
import Testing

@testable import Host

@Suite struct RunningProcessTests {
    @Test func aProcessOfThisUserIsFoundWithItsWordsAndDirectory() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["300.25"]
        child.currentDirectoryURL = URL(fileURLWithPath: "/usr")
        try child.run()
        // A program that has just begun has no words for a moment.
        var entry: RunningProcess?
        for _ in 0..<500 where entry == nil {
            entry = RunningProcess.all().first { $0.id == child.processIdentifier }
            if entry == nil { Thread.sleep(forTimeInterval: 0.01) }
        }
        let found = try #require(entry)
        #expect(found.arguments == ["/bin/sleep", "300.25"] && found.workingDirectory == "/usr" && !found.runsThisProgram)
        try found.send(SIGKILL)
    }

    @Test func theCallerItselfIsLeftOut() { #expect(!RunningProcess.all().contains { $0.id == getpid() }) }

    @Test(arguments: [("TERM", 15), ("SIGKILL", 9), ("int", 2), ("15", 15), ("0", nil), ("FOO", nil), ("99", nil)] as [(String, Int32?)])
    func signalsHaveNamesAndNumbers(_ text: String, _ number: Int32?) { #expect(Signal.number(named: text) == number) }
}
